"""What other systems send is read whole or refused in words; nothing in it breaks the reader."""

from contextlib import nullcontext
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhero.outreach.mobile_alerts.errors import AlertRefused
from mhero.outreach.mobile_alerts.named import ids_named, lists_named, people_named
from mhero.outreach.mobile_alerts.reading import read_alert
from mhero.outreach.mobile_alerts.recurrence import next_turn, pattern_of, recurrence_of
from mhero.registry.fhir.errors import FHIRError

MONROVIA, KINSHASA = ZoneInfo("Africa/Monrovia"), ZoneInfo("Africa/Kinshasa")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
CRON = "http://mhero.org/fhir/StructureDefinition/sms-cron-expression-schedule"
ASKED: dict[str, Any] = {
    "resourceType": "CommunicationRequest",
    "status": "active",
    "payload": [{"contentString": "Hello"}],
    "recipient": [{"reference": "Practitioner/1"}],
}
OCCURRENCE = ("occurrenceDateTime", "occurrencePeriod")
ELEMENTS = ("id", "meta", "status", "payload", "recipient", "extension", "contained", *OCCURRENCE)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
#: JSON of the names and words that the reader looks for, so that it gets further than the first element.
NAMES = (
    "reference identifier system value display url extension valueString contentString contentAttachment "
    "contentType data contentReference id resourceType telecom member entity start end tag code"
)
WORDS = ["Practitioner/1", "#a", "tel:1", "text/plain", "a", "Group", "Person", "2026-12-01", CRON]
LIKELY = st.recursive(
    SCALARS | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=4)
    ),
    max_leaves=9,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(ELEMENTS), LIKELY, max_size=4), st.booleans())
def test_whatever_it_is_asked_it_answers_or_refuses(change: dict[str, Any], is_dialect: bool) -> None:
    try:
        alert = read_alert({**ASKED, **change}, at=NOON, zone=MONROVIA, is_dialect=is_dialect)
    except FHIRError:
        return
    assert bool(alert.text) != bool(alert.flow_id)
    assert alert.addressees


@given(JSON)
def test_nothing_breaks_what_looks_for_names(body: Any) -> None:
    for looking in (ids_named, people_named, lists_named):
        assert all(isinstance(one, str) for one in looking(body))


@pytest.mark.parametrize(
    ("extension", "cron", "is_once"),
    [
        ({"url": CRON, "valueString": "0 9 * * 1"}, "0 9 * * 1", False),
        ({"url": CRON.upper(), "valueString": "0 9 * * 1"}, "0 9 * * 1", False),
        # Node's cron has seconds in front, Quartz's a question mark.
        ({"url": CRON, "valueString": "0 30 9 * * 1"}, "30 9 * * 1", False),
        ({"url": CRON, "valueString": "0 9 ? * 1"}, "0 9 * * 1", False),
        (
            {
                "url": CRON,
                "extension": [
                    {"url": "sendCategory", "valueString": "later once"},
                    {"url": "cronExpression", "valueString": "15 14 3 6 *"},
                ],
            },
            "15 14 3 6 *",
            True,
        ),
    ],
)
def test_a_schedule_is_read_as_ihris_writes_it(extension: dict[str, Any], cron: str, is_once: bool) -> None:
    found = recurrence_of([{"url": "urn:other", "valueString": "x"}, extension])
    assert found is not None
    assert (found.cron, found.is_once) == (cron, is_once)


@pytest.mark.parametrize(
    ("cron", "repeats", "days"),
    [
        ("0 9 * * *", "daily", ()),
        ("0 9 * * 1", "weekly", (0,)),
        ("0 9 * * 0,5", "weekly", (4, 6)),
        ("0 9 * * mon-fri", "weekly", (0, 1, 2, 3, 4)),
        ("0 9 15 * *", "monthly", 15),
        ("0 9 31 * *", None, None),
        ("0 9 1-7 * 1", None, None),
        ("0 */6 * * *", None, None),
        ("0 9 * 6 *", None, None),
    ],
)
def test_a_schedule_is_in_words_where_the_team_has_such_a_one(
    cron: str, repeats: str | None, days: Any
) -> None:
    pattern = pattern_of(cron)
    if repeats is None:
        assert pattern is None
    else:
        assert pattern is not None
        assert (pattern.repeats, pattern.at) == (repeats, time(9))
        assert days == (pattern.month_day or tuple(pattern.weekdays))


def test_a_turn_is_in_the_country_s_own_time() -> None:
    assert next_turn("0 9 * * *", NOON, MONROVIA) == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert next_turn("0 9 * * *", NOON, KINSHASA) == datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("occurrence", "starts_at", "expires_at"),
    [
        ({}, None, None),
        ({"occurrenceDateTime": "2026-12-01"}, datetime(2026, 11, 30, 23, tzinfo=UTC), None),
        ({"occurrenceDateTime": "2026-12-01T09:00:00Z"}, datetime(2026, 12, 1, 9, tzinfo=UTC), None),
        ({"occurrenceDateTime": "2026-11-30T09:00:00Z"}, None, None),
        ({"occurrencePeriod": {"end": "2026-12-01"}}, None, datetime(2026, 12, 1, 23, tzinfo=UTC)),
    ],
)
def test_a_day_is_meant_in_the_country_s_own_time(
    occurrence: dict[str, Any], starts_at: datetime | None, expires_at: datetime | None
) -> None:
    alert = read_alert({**ASKED, **occurrence}, at=NOON, zone=KINSHASA)
    assert (alert.starts_at, alert.expires_at) == (starts_at, expires_at)


@pytest.mark.parametrize(
    ("status", "is_planned", "standard", "dialect"),
    [
        ("active", False, True, True),
        # As a published example has it.
        ("completed", False, False, True),
        (None, False, False, True),
        ("on-hold", True, False, True),
        ("on-hold", False, False, False),
        ("draft", True, False, False),
        ("revoked", False, False, False),
    ],
)
def test_the_standard_is_strict_about_the_state_and_the_dialect_less(
    status: str | None, is_planned: bool, standard: bool, dialect: bool
) -> None:
    asked = {**ASKED, "status": status}
    if is_planned:
        asked["extension"] = [{"url": CRON, "valueString": "0 9 * * 1"}]
    for is_dialect, is_taken in ((False, standard), (True, dialect)):
        with nullcontext() if is_taken else pytest.raises(AlertRefused):
            read_alert(asked, at=NOON, zone=MONROVIA, is_dialect=is_dialect)
