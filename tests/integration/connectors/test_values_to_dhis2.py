"""What health workers report ends in DHIS2's data sets, in both dialects; read back with another client."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from dhis2 import Api
from tests.integration.connectors.sources import Loop, Source, run_channel

from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_TOKEN, DHIS2_USER
from mhero.sandbox.server import Sandbox, SandboxConfig

PERIOD = "202601"
AT = datetime(2026, 2, 1, 8, tzinfo=UTC)


BOTH = pytest.mark.parametrize("dhis2", ["2.42", "2.43"], indirect=True)


@pytest.fixture
def dhis2(
    request: pytest.FixtureRequest, country: Country, loop_thread: Loop, channels: None
) -> Iterator[Source]:
    running = Sandbox(
        SandboxConfig(profile="fast", dialect=getattr(request, "param", "2.42")), country=country
    )
    loop_thread.run(running.start())
    source = Source(system="dhis2", url=running.dhis2_url, username="", secret=DHIS2_TOKEN)
    source.connect()
    source.sync()
    yield source
    loop_thread.run(running.stop())


class Peer:
    """The data set of the sandbox, as `dhis2.py` sees it."""

    def __init__(self, source: Source) -> None:
        self.api = Api(source.url, DHIS2_USER, DHIS2_PASSWORD)
        fields = "id,code,organisationUnits[id],dataSetElements[dataElement[id,code]]"
        (found,) = self.api.get("dataSets", params={"filter": "code:eq:STOCK_M", "fields": fields}).json()[
            "dataSets"
        ]
        self.id: str = found["id"]
        self.elements = {
            one["dataElement"]["code"]: one["dataElement"]["id"] for one in found["dataSetElements"]
        }
        self.units = [unit["id"] for unit in found["organisationUnits"]]

    def values(self, unit: str, period: str = PERIOD) -> dict[str, str]:
        asked = {"dataSet": self.id, "period": period, "orgUnit": unit}
        codes = {element: code for code, element in self.elements.items()}
        rows = self.api.get("dataValueSets", params=asked).json()["dataValues"]
        return {codes[row["dataElement"]]: row["value"] for row in rows}

    def is_complete(self, unit: str) -> bool:
        asked = {"dataSet": self.id, "period": PERIOD, "orgUnit": unit}
        rows = self.api.get("completeDataSetRegistrations", params=asked).json()
        return bool(rows.get("completeDataSetRegistrations"))


def place_of(unit: str) -> UUID:
    from mhero.registry.models import Origin

    found: UUID = Origin.objects.get(source="dhis2", key=f"Location/{unit}").resource_id
    return found


def put(peer: Peer, unit: str, values: dict[str, str], **own: Any) -> None:
    from mhero.connectors.services import put_values

    named = {"at": AT} | own
    period = named.pop("period", PERIOD)
    by_element = {peer.elements.get(code, code): value for code, value in values.items()}
    put_values(place_of(unit), peer.id, period, by_element, **named)


def push() -> Any:
    return run_channel("dhis2-values")


def told_refusals() -> list[Any]:
    from django.db import transaction

    from mhero.connectors.services import refusals_to_tell, told

    with transaction.atomic():
        refusals = refusals_to_tell(10)
        told(refusals)
    return refusals


def waiting() -> int:
    from mhero.connectors.models import ValueSet

    return ValueSet.objects.filter(waiting_since__isnull=False).count()


@BOTH
def test_values_of_a_set_period_and_unit_go_in_one_request_and_zero_is_kept(dhis2: Source) -> None:
    peer = Peer(dhis2)
    one, two = peer.units[:2]
    put(peer, one, {"SOH_ACT": "20", "SOH_ORS": "0"}, completed_on=date(2026, 2, 1))
    put(peer, two, {"SOH_ACT": "7"})
    before = dhis2.requests()
    run = push()
    assert (run.status, run.counts["changed"], waiting()) == ("done", 3, 0)
    # One for what the data set holds, one for each set of values.
    assert dhis2.requests() - before == 3
    assert peer.values(one) == {"SOH_ACT": "20", "SOH_ORS": "0"}
    assert peer.values(two) == {"SOH_ACT": "7"}
    assert (peer.is_complete(one), peer.is_complete(two)) == (True, False)


@BOTH
def test_a_changed_value_is_sent_again_and_an_unchanged_one_is_not(dhis2: Source) -> None:
    peer = Peer(dhis2)
    unit = peer.units[0]
    put(peer, unit, {"SOH_ACT": "20"})
    push()
    put(peer, unit, {"SOH_ACT": "20"})
    assert waiting() == 0
    put(peer, unit, {"SOH_ACT": "0"})
    assert push().status == "done"
    assert peer.values(unit) == {"SOH_ACT": "0"}


@BOTH
def test_what_is_refused_is_told_once_in_words_and_not_repeated(dhis2: Source) -> None:
    peer = Peer(dhis2)
    unit = peer.units[0]
    put(peer, unit, {"SOH_ACT": "20", "SOH_ORS": "many", "SOH_GLV": "0"})
    later = f"{datetime.now(UTC).year + 2}01"
    put(peer, unit, {"SOH_ACT": "3"}, period=later)
    run = push()
    assert (run.status, run.counts["refused"], waiting()) == ("done_with_problems", 3, 0)
    assert peer.values(unit) == {"SOH_ACT": "20"}
    before = dhis2.requests()
    push()
    assert dhis2.requests() == before
    refusals = told_refusals()
    assert {one.kind for one in refusals} == {"value", "zero", "untimely"}
    assert all(one.words for one in refusals)
    assert told_refusals() == []


def test_a_facility_that_is_not_in_dhis2_is_told_and_asks_nothing_of_it(dhis2: Source) -> None:
    from mhero.connectors.services import put_values

    peer = Peer(dhis2)
    put_values(UUID(int=7), peer.id, PERIOD, {peer.elements["SOH_ACT"]: "3"}, at=AT)
    assert push().counts["refused"] == 1
    assert [one.kind for one in told_refusals()] == ["no_unit"]


@pytest.mark.parametrize("kind", ["down", "unavailable", "html"])
def test_a_dead_dhis2_loses_nothing_and_is_left_alone_for_longer_and_longer(dhis2: Source, kind: str) -> None:
    from mhero.connectors.dhis2.pushing import MEDIATOR, next_try, push_when_due
    from mhero.exchange.models import Channel, Run

    peer = Peer(dhis2)
    for number, unit in enumerate(peer.units[:30]):
        put(peer, unit, {"SOH_ACT": str(number)})
    dhis2.control(fault={"kind": kind})
    assert push().status == "failed"
    channel = Channel.objects.get(mediator=MEDIATOR)
    pauses = []
    for _ in range(7):
        last = Run.objects.filter(channel=channel).latest("requested_at")
        assert last.finished_at
        pauses.append((next_try(channel) - last.finished_at).total_seconds())
        push_when_due()
        assert Run.objects.filter(channel=channel, finished_at=None).count() == 0
        push()
    assert pauses == [30, 60, 120, 240, 480, 900, 900]
    assert waiting() == 30
    dhis2.control(fault=None)
    push_when_due(lambda: datetime.now(UTC) + timedelta(minutes=16))
    assert Run.objects.filter(channel=channel, finished_at=None).count() == 1
    assert push().status == "done"
    assert waiting() == 0
    assert [peer.values(unit) for unit in peer.units[:30]] == [{"SOH_ACT": str(n)} for n in range(30)]


def test_a_run_that_is_cut_off_in_the_middle_goes_on_where_it_was(dhis2: Source) -> None:
    peer = Peer(dhis2)
    for unit in peer.units[:30]:
        put(peer, unit, {"SOH_ACT": "5"})
    dhis2.control(fault={"kind": "unavailable", "path": "dataValueSets", "requests": 0})
    run = push()
    assert run.status == "done"
    for unit in peer.units[:30]:
        put(peer, unit, {"SOH_ACT": "6"})
    # The answer to a request that was carried out is lost: it is sent again, which changes nothing.
    dhis2.control(fault={"kind": "timeout", "path": "dataValueSets", "requests": 1, "seconds": 3})
    assert push().status == "failed"
    assert push().status == "done"
    assert {peer.values(unit)["SOH_ACT"] for unit in peer.units[:30]} == {"6"}


def test_what_changes_while_it_is_on_its_way_is_sent_again(dhis2: Source) -> None:
    from mhero.connectors.dhis2.pushing import _note, _sendings, _Sent
    from mhero.connectors.models import ValueSet

    peer = Peer(dhis2)
    unit = peer.units[0]
    put(peer, unit, {"SOH_ACT": "5", "SOH_ORS": "1"})
    (sending,) = _sendings(list(ValueSet.objects.all()))
    put(peer, unit, {"SOH_ACT": "6"})
    _note([_Sent(sending=sending, refused={})])
    assert waiting() == 1
    assert push().counts["changed"] == 1
    assert peer.values(unit)["SOH_ACT"] == "6"
