"""Watching DHIS2: the mediator that reads what was reported, and alerts the officers of a place.

A crossing's row is written in the transaction that makes its alert, so it is told once, whatever is killed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import close_old_connections, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.connectors.models import Connection, System
from mhero.connectors.services import Reported, reported
from mhero.exchange.mediators import RunContext, mediator
from mhero.exchange.models import Channel
from mhero.exchange.services import request_run
from mhero.messaging.models import Contact
from mhero.outreach.alerts import services
from mhero.outreach.alerts.models import Alert
from mhero.outreach.alerts.thresholds.adding import at_level, is_news, over, plain_number, put_in
from mhero.outreach.alerts.thresholds.models import Crossing, ThresholdRule
from mhero.outreach.errors import NoSMSChannel
from mhero.outreach.languages import language_of
from mhero.outreach.periods import Period
from mhero.outreach.supervisors import supervisors_at
from mhero.outreach.words import period_in_words
from mhero.platform.clock import Clock, now
from mhero.registry.models import Place

MEDIATOR: Final = "dhis2-thresholds"
#: How long after the end of a run the next one begins.
PAUSE: Final = timedelta(minutes=15)
#: A county's place in a path: the country's own officers are too far away.
COUNTY: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Over:
    """A place that has reached the number of a rule."""

    place: Place
    number: float


@mediator(MEDIATOR, title=_("Thresholds in DHIS2"))
def run(context: RunContext) -> None:
    rules = list(ThresholdRule.objects.filter(is_on=True, archived_at=None).select_related("owner"))
    context.expect(len(rules))
    context.step(gettext_noop("Reading what was reported"))
    with reported(context.http) as dhis2:
        for rule in rules:
            if not rule.owner.may("alerts.send"):
                context.refuse(str(rule.id), "Its author may no longer send alerts.", {"rule": rule.name})
                continue
            context.accept(str(rule.id))
            for period in periods_of(rule, now):
                found = looked_at(rule, period, dhis2)
                _tell_run(context, rule, found, raise_all(rule, period, found))
            context.count(read=1)


def periods_of(rule: ThresholdRule, clock: Clock) -> tuple[Period, Period]:
    """The last that is over, and the one that goes on."""
    current = Period.of(clock().astimezone(ZoneInfo(workspace().time_zone)).date(), rule.period_type)
    return current.before, current


def looked_at(rule: ThresholdRule, period: Period, dhis2: Reported) -> list[Over]:
    """The places that have reached the rule's number, the highest first."""
    values = dhis2.of(rule.data_set, rule.data_element, period.name, rule.within_id)
    paths = dict(Place.objects.filter(id__in=values).values_list("id", "path"))
    found = over(at_level(values, paths, rule.level), rule.limit)
    places = Place.objects.in_bulk(found)
    return [Over(place=places[place], number=number) for place, number in found.items() if place in places]


def raise_all(
    rule: ThresholdRule, period: Period, found: Iterable[Over], clock: Clock = now
) -> dict[UUID, str]:
    """Alerts the officers of each place that is news. Gives what could not be, with why, by place."""
    failed = {}
    for one in found:
        try:
            raise_one(rule, period, one, clock)
        except NoSMSChannel:
            failed[one.place.id] = "No SMS channel is on, so nobody could be told. It is tried again."
    return failed


def raise_one(rule: ThresholdRule, period: Period, found: Over, clock: Clock) -> None:
    """Tells of a place once, and once more when its number has risen a lot. Raises `NoSMSChannel`."""
    at, number = clock(), found.number
    with transaction.atomic():
        crossing, is_new = Crossing.objects.select_for_update().get_or_create(
            rule=rule,
            place=found.place,
            period=period.name,
            defaults={"number": number, "latest": number, "raised_at": at},
        )
        if is_new:
            crossing.alert = _alert(rule, period, found, clock)
        elif crossing.told_again_at is None and is_news(crossing.number, number, rule.again_factor):
            crossing.second_alert, crossing.told_again_at = _alert(rule, period, found, clock), at
        crossing.latest = number
        crossing.save()


def told_of(rule: ThresholdRule, place: Place) -> tuple[list[Contact], list[User]]:
    """The officers of a place and of what it is in, up to its county: people of the registry, then the team.

    Where there are none it is the rule's author.
    """
    found: dict[UUID, Contact] = {}
    if rule.to_supervisors:
        for step in reversed(place.path[COUNTY:]):
            found |= {contact.id: contact for contact in supervisors_at(step)}
    team = User.objects.filter(is_active=True, area_id__in=place.path[COUNTY:]).exclude(phone="")
    members = list(team.order_by("id")) if rule.to_team else []
    if not found and not members and rule.owner.phone:
        members = [rule.owner]
    numbers = {contact.number for contact in found.values()}
    return list(found.values()), [member for member in members if member.phone not in numbers]


def text_for(rule: ThresholdRule, language: str, text: str, period: Period, found: Over) -> str:
    """What the officers read. `language`: ISO 639-3."""
    with translation.override(language_of(language)):
        said = period_in_words(period)
    values = {
        "place": found.place.name.strip(),
        "number": plain_number(found.number),
        "limit": plain_number(rule.limit),
        "period": said,
    }
    return put_in(text, values)


def _alert(rule: ThresholdRule, period: Period, found: Over, clock: Clock) -> Alert | None:
    """None when there is nobody to tell."""
    officers, members = told_of(rule, found.place)
    contacts = [*officers, *map(_contact_of, members)]
    if not contacts:
        return None
    counted = {"chosen": len(contacts), "will_send": len(contacts)}
    alert = Alert(
        name=f"{rule.name}: {found.place.name.strip()}, {period.name}"[:60],
        owner=rule.owner,
        text=text_for(rule, rule.language, rule.text, period, found),
        translations={
            code: text_for(rule, code, text, period, found) for code, text in rule.translations.items()
        },
        language=rule.language,
        word=rule.word,
        repeat_minutes=rule.repeat_minutes,
        repeat_times=rule.repeat_times,
        second_to_people=True,
        second_to_supervisors=False,
        in_quiet_hours=rule.in_quiet_hours,
        quiet_reason=rule.quiet_reason,
        accounted=counted,
        audience_description=found.place.name.strip(),
    )
    services.begin(alert, [contact.id for contact in contacts], clock, at_place=found.place)
    return alert


def _contact_of(member: User) -> Contact:
    """Whom a member of the team is texted as: a person of the registry, or a number alone."""
    made, _is_new = Contact.objects.get_or_create(number=member.phone, defaults={"name": member.name})
    return made


def _tell_run(
    context: RunContext, rule: ThresholdRule, found: Iterable[Over], failed: Mapping[UUID, str]
) -> None:
    for one in found:
        key = f"{rule.id}/{one.place.id}"
        if why := failed.get(one.place.id):
            context.refuse(key, why, {"rule": rule.name, "place": one.place.name})
        else:
            context.accept(key)


def look_when_due(clock: Clock = now, request: Callable[[Channel, str], object] = request_run) -> None:
    """Asks for a run when there are rules, DHIS2 is connected, and the last run was long enough ago."""
    close_old_connections()
    channel = Channel.objects.filter(mediator=MEDIATOR, is_enabled=True).first()
    if channel is None or not ThresholdRule.objects.filter(is_on=True, archived_at=None).exists():
        return
    if not Connection.objects.filter(system=System.DHIS2).exclude(url="").exists():
        return
    last = channel.runs.order_by("-requested_at").first()
    if last is None or (last.finished_at is not None and clock() >= last.finished_at + PAUSE):
        request(channel, "thresholds")
