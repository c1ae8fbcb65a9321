"""Contact queries: what they mean, what is refused, and that nothing makes them fail otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhero.flows.assets import assets_from_json
from mhero.flows.contact import Contact
from mhero.flows.environment import Environment
from mhero.flows.queries import AssetsResolver, Combination, Condition, QueryError, parse
from mhero.flows.queries.groups import matches

ASSETS = assets_from_json(
    {
        "fields": [
            {"key": "cadre", "name": "Cadre", "type": "text"},
            {"key": "beds", "name": "Beds", "type": "number"},
            {"key": "trained_on", "name": "Trained on", "type": "datetime"},
            {"key": "county", "name": "County", "type": "state"},
        ],
        "groups": [{"uuid": "a9b4a4f0-6dcd-44ab-9d3f-5a3b0fc0f6a1", "name": "Nurses of Bong"}],
        "flows": [{"uuid": "0d8f1a3c-51ad-4bb1-8b39-0c4a3a2f9d10", "name": "Stock report"}],
    }
)
RESOLVER = AssetsResolver(ASSETS)
ENV = Environment(
    timezone=ZoneInfo("Africa/Monrovia"),
    default_country="LR",
    now=lambda: datetime(2026, 3, 1, tzinfo=UTC),
    random=lambda: 0.5,
)
REDACTED = ENV.changed(redaction_policy="urns")
MUSU = Contact(
    {
        "uuid": "5d76d86b-3bb9-4d5a-b822-c9d86f5d8e4f",
        "id": 7,
        "name": "Musu Kollie-Johnson",
        "language": "eng",
        "created_on": "2026-01-31T23:30:00Z",
        "urns": ["tel:+231770555009", "tel:+231886555009"],
        "groups": [{"uuid": "a9b4a4f0-6dcd-44ab-9d3f-5a3b0fc0f6a1", "name": "Nurses of Bong"}],
        "fields": {
            "cadre": {"text": "Nurse"},
            "beds": {"text": "12 beds", "number": 12},
            "trained_on": {"text": "2025-12-31", "datetime": "2025-12-31T23:59:59Z"},
            "county": {"text": "bong", "state": "Liberia > Bong"},
        },
    },
    ASSETS,
)


def finds(text: str, env: Environment = ENV) -> bool:
    return parse(text, env, RESOLVER).matches(env, MUSU)


@pytest.mark.parametrize(
    "text",
    [
        "musu",
        "johnson kol",
        "0770 555 009",
        "770555",
        "tel = +231886555009",
        "tel != +231880000000",
        "cadre = NURSE and beds >= 12",
        "beds > 10 cadre = nurse",
        "cadre = midwife or (beds = 12 and county = bong)",
        'county = "Liberia > Bong"',
        'group = "nurses of bong"',
        "created_on = 2026-01-31",
        "trained_on < 2026-01-01",
        'flow = ""',
        'twitter = ""',
        'last_seen_on = ""',
        "status = active",
        "id = 7",
    ],
)
def test_musu_is_found(text: str) -> None:
    assert finds(text)


@pytest.mark.parametrize(
    "text",
    [
        "teah",
        "ohnson",
        "cadre != nurse",
        "tel != +231886555009",
        "beds < 12",
        "trained_on > 2025-12-31",
        "created_on >= 2026-02-01",
        'cadre = ""',
        "language = fra",
        'last_seen_on != ""',
        "last_seen_on > 2020-01-01",
        "cadre = nurse and beds = 13",
    ],
)
def test_musu_is_not_found(text: str) -> None:
    assert not finds(text)


def test_and_binds_closer_than_or() -> None:
    query = parse("beds = 1 or beds = 2 cadre = nurse", ENV, RESOLVER)
    assert str(query) == 'fields.beds = 1 OR (fields.beds = 2 AND fields.cadre = "nurse")'
    assert query.root == Combination(
        "OR",
        (
            Condition("field", "beds", "=", "1"),
            Combination(
                "AND", (Condition("field", "beds", "=", "2"), Condition("field", "cadre", "=", "nurse"))
            ),
        ),
    )


def test_days_begin_where_the_contact_is() -> None:
    east = ENV.changed(timezone=ZoneInfo("Africa/Nairobi"))
    assert parse("created_on = 2026-02-01", east, RESOLVER).matches(east, MUSU)
    assert not parse("created_on = 2026-02-01", ENV, RESOLVER).matches(ENV, MUSU)


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "America/Guayaquil"])
def test_the_calendar_has_ends(zone: str) -> None:
    env = ENV.changed(timezone=ZoneInfo(zone))
    assert parse("created_on > 0001-01-01 and created_on <= 9999-12-31", env, RESOLVER).matches(env, MUSU)


def test_hidden_addresses_cannot_be_found_out() -> None:
    for text in ("tel ~ 7705", "urn = +231770555009", "tel != 1"):
        with pytest.raises(QueryError) as caught:
            parse(text, REDACTED, RESOLVER)
        assert caught.value.code == "redacted_urns"
    assert finds('tel != ""', REDACTED)
    assert str(parse("0770555009", REDACTED, RESOLVER)) == "name ~ 0770555009"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "syntax", "the end is not expected at character 1"),
        ("beds = ", "syntax", "the end is not expected at character 8"),
        ("(musu", "syntax", "the end is not expected at character 6"),
        ("musu)", "syntax", "')' is not expected at character 5"),
        ("musu and or", "syntax", "'or' is not expected at character 10"),
        ("beds = many", "invalid_number", "can't convert 'many' to a number"),
        (
            "cadre > a",
            "unsupported_comparison",
            "comparisons with > can only be used with date and number fields",
        ),
        ("ward = x", "unknown_property", "can't resolve 'ward' to attribute, scheme or field"),
        ('created_on > ""', "invalid_date", "can't convert '' to a date"),
        ("flow = Registration", "invalid_flow", "'Registration' is not a valid flow name"),
        ("a" * 10_001, "too_complex", "query is too complex: more than 10000 characters"),
        ("aa " * 251, "too_complex", "query is too complex: more than 250 conditions"),
        ("(" * 101 + "a" + ")" * 101, "too_complex", "query is too complex: more than 100 levels"),
    ],
)
def test_an_error_says_what_is_wrong(text: str, code: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, ENV, RESOLVER)
    assert (caught.value.code, str(caught.value)) == (code, message)


def test_what_a_query_asks_about_is_told() -> None:
    found = parse(
        "tel ~ 770 and cadre = nurse and group = 'x' or name = musu".replace("'x'", '"Nurses of Bong"'), ENV
    )
    assert (found.inspect().attributes, found.inspect().schemes) == (("group", "name"), ("tel",))
    assert found.inspect().groups == ({"name_match": "Nurses of Bong"},)
    assert not found.inspect().allow_as_group


def test_a_group_with_a_broken_query_has_no_members() -> None:
    assert matches("cadre = nurse", MUSU, ENV)
    assert not matches("cadre = ", MUSU, ENV)
    assert not matches("shoe_size != 3", MUSU, ENV)


PIECES = [
    *("name", "beds", "cadre", "tel", "urns.tel", "fields.beds", "created_on", "and", "or", "is", "has"),
    *("(", ")", "=", "!=", "~", "<", ">=", '"', '"x y"', '""', "\\", "\\u", "é", "$", "."),
    *("12", "2026-01-31", "0770555009"),
]
PIECED = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)),
    st.booleans(),
)
def test_any_text_is_a_query_or_refused(text: str, redacted: bool) -> None:
    env = REDACTED if redacted else ENV
    try:
        query = parse(text, env, RESOLVER)
    except QueryError:
        return
    query.matches(env, MUSU)
    query.inspect()
    assert parse(str(query), env, RESOLVER).root == query.root


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_a_quoted_text_means_itself(text: str) -> None:
    if text:
        written = Condition("field", "cadre", "=", text)
        assert parse(str(written), ENV, RESOLVER).root == written
