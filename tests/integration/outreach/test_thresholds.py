"""Numbers of DHIS2 that alert the officers of a place: read as they are, told once, and once more."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from dhis2 import Api
from django.test import Client
from tests.integration.connectors.conftest import channels as channels
from tests.integration.connectors.conftest import country as country
from tests.integration.connectors.conftest import loop_thread as loop_thread
from tests.integration.connectors.sources import Loop, Source, run_channel

from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_TOKEN, DHIS2_USER
from mhero.sandbox.dhis2.surveillance import CASES, CASES_SO_FAR
from mhero.sandbox.server import Sandbox, SandboxConfig

BOTH = pytest.mark.parametrize("bong", ["2.42", "2.43"], indirect=True)


class Bong:
    """Bong with its officer, Suakoko with Flomo of the team, and a DHIS2 that hears of cholera."""

    def __init__(self, source: Source) -> None:
        from mhero.accounts.models import User, Workspace
        from mhero.accounts.queries import workspace
        from mhero.messaging.circumstances import rules
        from mhero.messaging.models import SendingRules
        from mhero.messaging.services import create_sms_channel
        from mhero.registry.models import Place

        workspace()
        rules()
        Workspace.objects.update(went_live_at=now(), time_zone="Africa/Monrovia")
        SendingRules.objects.update(quiet_from="00:00", quiet_until="00:00")
        create_sms_channel(type="external", name="Lonestar", address="1234", send_url="http://127.0.0.1:1/s")
        self.source = source
        self.api = Api(source.url, DHIS2_USER, DHIS2_PASSWORD)
        fields = "id,dataSetElements[dataElement[id,code]]"
        asked = {"filter": "code:eq:IDSR_W", "fields": fields}
        (self.form,) = self.api.get("dataSets", params=asked).json()["dataSets"]
        elements = [one["dataElement"] for one in self.form["dataSetElements"]]
        self.element = next(one["id"] for one in elements if one["code"] == "CASES_CHOLERA")
        self.suakoko = Place.objects.get(name="Suakoko District")
        self.county = Place.objects.get(id=self.suakoko.path[1])
        self.korto = User.objects.create_user("korto@example.org", name="Korto", role="administrator")
        self.flomo = User.objects.create_user(
            "flomo@example.org",
            name="Flomo",
            role="communications_officer",
            area_id=self.suakoko.id,
            phone="+231770000099",
        )
        self.officer("Korpo Kamara", "County Health Officer", self.county, "+231770000001")

    def officer(self, name: str, job: str, place: Any, number: str) -> None:
        from mhero.messaging.models import Contact
        from mhero.registry.models import Person, Role

        person = Person.objects.create(id=new_id(), name=name, place=place, place_ids=place.path, change=1)
        Role.objects.create(id=new_id(), person=person, place=place, job=job, cadre="Physician")
        Contact.objects.create(person_id=person.id, number=number, name=name, language="eng")

    def rule(self, **changes: Any) -> Any:
        from mhero.outreach.alerts.thresholds.models import ThresholdRule

        named = {
            "name": "Cholera",
            "owner": self.korto,
            "data_set": self.form["id"],
            "data_element": self.element,
            "element_name": "Cholera, new cases",
            "period_type": "Weekly",
            "limit": 5,
            "level": 3,
            "text": "@place: @number in @period (limit @limit).",
        }
        return ThresholdRule.objects.create(**(named | changes))

    def report(self, unit: str, period: str, cases: int) -> None:
        body = {
            "dataSet": self.form["id"],
            "period": period,
            "orgUnit": unit,
            "dataValues": [{"dataElement": self.element, "value": str(cases)}],
        }
        self.api.post("dataValueSets", json=body)

    def facility(self) -> str:
        """DHIS2's id of a facility of the district."""
        asked = {"filter": f"parent.id:eq:{self.unit(self.suakoko.id)}", "fields": "id", "paging": "false"}
        units = self.api.get("organisationUnits", params=asked).json()["organisationUnits"]
        first: str = units[0]["id"]
        return first

    def unit(self, place: UUID) -> str:
        from mhero.registry.models import Origin

        return Origin.objects.get(source="dhis2", resource_id=place).key.removeprefix("Location/")


@pytest.fixture
def bong(
    request: pytest.FixtureRequest, country: Country, loop_thread: Loop, channels: None
) -> Iterator[Bong]:
    import mhero.outreach.tasks  # noqa: F401 - registers the mediator.

    dialect = getattr(request, "param", "2.42")
    running = Sandbox(SandboxConfig(profile="fast", dialect=dialect), country=country)
    loop_thread.run(running.start())
    source = Source(system="dhis2", url=running.dhis2_url, username="", secret=DHIS2_TOKEN)
    source.connect()
    source.sync()
    yield Bong(source)
    loop_thread.run(running.stop())


def raised() -> dict[tuple[str, str], tuple[float, float]]:
    from mhero.outreach.alerts.thresholds.models import Crossing

    return {(one.place.name, one.period): (one.number, one.latest) for one in Crossing.objects.all()}


def weeks() -> tuple[str, str]:
    """The last that is over, and the one that goes on."""
    from mhero.outreach.periods import Period

    current = Period.of(now().date(), "Weekly")
    return current.before.name, current.name


@BOTH
def test_the_officers_of_a_place_are_alerted_once_for_each_week(bong: Bong) -> None:
    from mhero.exchange.models import Orchestration
    from mhero.outreach.alerts.models import Alert

    bong.rule()
    last, current = weeks()
    for _ in range(2):
        run = run_channel("dhis2-thresholds")
        assert run.status == "done"
    assert raised() == {
        ("Suakoko District", last): (CASES, CASES),
        ("Suakoko District", current): (CASES_SO_FAR, CASES_SO_FAR),
    }
    assert Alert.objects.count() == 2
    alert = Alert.objects.get(name=f"Cholera: Suakoko District, {last}")
    assert (
        alert.text == f"Suakoko District: {CASES} in week {last.partition('W')[2]} of {last[:4]} (limit 5)."
    )
    numbers = set(alert.people.values_list("contact__number", flat=True))
    # The officer of the county by her post, Flomo by his account; nobody was in charge of the district.
    assert numbers == {"+231770000001", "+231770000099"}
    assert alert.waves.get().broadcast.is_urgent
    calls = Orchestration.objects.filter(transaction_id=run.transaction_id)
    assert [call.url.partition("?")[0].rpartition("/")[2] for call in calls] == ["dataValueSets"] * 2


def test_a_number_that_doubles_is_told_once_more_and_then_no_more(bong: Bong) -> None:
    from mhero.outreach.alerts.models import Alert

    bong.rule(limit=10)
    last, _ = weeks()
    run_channel("dhis2-thresholds")
    unit = bong.facility()
    for cases, alerts in ((CASES + 1, 1), (3 * CASES, 2), (9 * CASES, 2)):
        bong.report(unit, last, cases)
        run_channel("dhis2-thresholds")
        assert Alert.objects.count() == alerts
    ((number, latest),) = raised().values()
    assert number == CASES
    assert latest >= 9 * CASES


def test_killed_between_the_alert_and_its_note_it_is_told_once(bong: Bong) -> None:
    from django.db import transaction

    from mhero.connectors.services import reported
    from mhero.outreach.alerts.models import Alert
    from mhero.outreach.alerts.thresholds.watching import looked_at, periods_of, raise_all

    rule = bong.rule()
    period, _ = periods_of(rule, now)

    class Killed(Exception):
        """Everything since the transaction began is gone."""

    with reported(attempts=1) as dhis2:
        found = looked_at(rule, period, dhis2)

    def tell_and_die() -> None:
        with transaction.atomic():
            raise_all(rule, period, found)
            raise Killed

    with pytest.raises(Killed):
        tell_and_die()
    assert (raised(), Alert.objects.count()) == ({}, 0)
    for _ in range(2):
        raise_all(rule, period, found)
    assert Alert.objects.count() == 1


def test_while_no_channel_is_on_it_is_kept_for_the_next_run(bong: Bong) -> None:
    from mhero.messaging.models import SMSChannel

    bong.rule(limit=10)
    SMSChannel.objects.update(is_enabled=False)
    run = run_channel("dhis2-thresholds")
    assert (run.counts["refused"], raised()) == (1, {})
    SMSChannel.objects.update(is_enabled=True)
    run_channel("dhis2-thresholds")
    assert len(raised()) == 1


def test_a_rule_whose_author_may_no_longer_send_raises_nothing(bong: Bong) -> None:
    from mhero.accounts.models import User

    bong.rule(limit=10)
    User.objects.filter(id=bong.korto.id).update(role="viewer")
    run = run_channel("dhis2-thresholds")
    assert (run.status, run.counts["refused"], raised()) == ("done_with_problems", 1, {})
    assert "may no longer send" in run.channel.refused.get().reason


def test_where_nobody_is_known_it_is_said_and_a_dead_dhis2_is_tried_again(bong: Bong) -> None:
    from mhero.accounts.models import User
    from mhero.outreach.alerts.thresholds.models import Crossing
    from mhero.outreach.alerts.thresholds.watching import PAUSE, look_when_due
    from mhero.registry.models import Role

    bong.rule(limit=10)
    User.objects.update(phone="")
    Role.objects.update(is_active=False)
    bong.source.control(fault={"kind": "unavailable", "requests": 1})
    assert run_channel("dhis2-thresholds").status == "failed"
    asked: list[Any] = []
    look_when_due(now, lambda channel, _by: asked.append(channel))
    assert asked == []
    look_when_due(lambda: now() + PAUSE + timedelta(seconds=1), lambda channel, _by: asked.append(channel))
    assert len(asked) == 1
    run_channel("dhis2-thresholds")
    assert Crossing.objects.get().alert is None


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_rule_is_tried_before_it_tells_anybody(bong: Bong) -> None:
    from mhero.outreach.alerts.thresholds.models import Crossing, ThresholdRule

    korto = browser(bong.korto)
    written = {
        "name": "Cholera",
        "what": f"{bong.form['id']}.{bong.element}",
        "limit": "5",
        "level": "3",
        "whom": ["supervisors", "team"],
        "text_eng": "@place: @number",
        "word": "OK",
        "repeat_times": "3",
        "repeat_minutes": "60",
        "again_factor": "2",
        "is_on": "on",
    }
    page = korto.post("/alerts/rules/new", {**written, "limit": "0", "name": ""}).content.decode()
    assert "Give the rule a name." in page
    page = korto.post("/alerts/rules/new", {**written, "try": "1"}).content.decode()
    assert "1 place in week" in page
    assert f"Suakoko District: {CASES}" in page
    assert (ThresholdRule.objects.count(), Crossing.objects.count()) == (0, 0)
    page = korto.post("/alerts/rules/new", {**written, "limit": "99", "try": "1"}).content.decode()
    assert "no place reached" in page
    korto.post("/alerts/rules/new", written)
    rule = ThresholdRule.objects.get()
    assert (rule.period_type, rule.element_name, rule.again_factor) == ("Weekly", "Cholera, new cases", 2)
    run_channel("dhis2-thresholds")
    listed = korto.get("/alerts/rules/").content.decode()
    assert "Suakoko District" in listed
    assert "0 of 2 confirmed" in listed
    korto.post(f"/alerts/rules/{rule.id}/archive")
    assert "No rules yet" in korto.get("/alerts/rules/").content.decode()


def test_an_officer_of_a_district_sets_up_rules_for_it_alone(bong: Bong) -> None:
    from mhero.outreach.alerts.thresholds.models import ThresholdRule

    nationwide = bong.rule()
    flomo = browser(bong.flomo)
    assert flomo.get(f"/alerts/rules/{nationwide.id}/").status_code == 404
    page = flomo.get("/alerts/rules/new").content.decode()
    assert 'name="within"' not in page
    written = {
        "name": "Lassa",
        "what": f"{bong.form['id']}.{bong.element}",
        "limit": "2",
        "level": "4",
        "whom": ["team"],
        "text_eng": "@place: @number",
        "word": "OK",
        "repeat_times": "0",
        "repeat_minutes": "60",
        "is_on": "on",
        "within": str(bong.county.id),
    }
    assert flomo.post("/alerts/rules/new", written).status_code == 302
    rule = ThresholdRule.objects.get(name="Lassa")
    assert (rule.within_id, rule.again_factor) == (bong.suakoko.id, None)
    run_channel("dhis2-thresholds")
    # The nationwide rule told of Suakoko too, and she sees that.
    listed = flomo.get("/alerts/rules/").content.decode()
    assert "Suakoko District" in listed
