"""Writes of the registry room."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.platform.clock import Clock, now
from mhero.platform.phones import clean, in_words
from mhero.registry import sql
from mhero.registry.amending import SOURCE, amended, settled
from mhero.registry.columns import person_columns
from mhero.registry.deriving import derive
from mhero.registry.editing import PARTS, PHONE, Value
from mhero.registry.errors import NotAUsableNumber, NotInRegistry
from mhero.registry.intake import sort_out, write_in
from mhero.registry.models import Amendment, Correction, Level, Origin, Person, Place, Resource, Role
from mhero.registry.placing import make_one, matches
from mhero.registry.refreshing import people_under, refresh_numbers, refresh_people, refresh_tree
from mhero.registry.resources import Head, accounts_of, combined, delete_heads, heads_of, write_heads
from mhero.registry.values import Incoming as Incoming
from mhero.registry.values import TakenIn as TakenIn
from mhero.registry.writing import execute, select, writing


def take_in(source: str, records: Sequence[Incoming], *, clock: Clock = now) -> TakenIn:
    """Brings a batch of a source's records into the registry, in one transaction; some 500 at a time is best.

    Whatever has an identifier, a known type and a name comes in; what is wrong in it becomes warnings. The
    same batch a second time changes nothing. References may come before what they refer to, but organizations
    should come before the locations that they manage.
    """
    taken = TakenIn()
    at = clock()
    with writing():
        arrived = sort_out(source, records, taken, at)
        if arrived:
            heads = write_in(source, arrived, taken, at)
            former = {one.former_id: one.id for one in arrived if one.former_id}
            _follow(heads, former, at, source)
    return taken


def remove(source: str, keys: Collection[str], *, clock: Clock = now) -> int:
    """Takes back what a source said of records it has deleted; returns how many were known.

    A resource that another source still speaks of stays. A person or place that is gone stays in the lists as
    somebody who left, or as closed, so that what was sent to them can still be explained.
    """
    at = clock()
    with writing():
        origins = Origin.objects.filter(source=source, key__in=keys)
        ids = set(origins.values_list("resource_id", flat=True))
        removed, _ = origins.delete()
        remaining = accounts_of(ids)
        before = heads_of(remaining.keys())
        whole = settled({id: combined(id, accounts) for id, accounts in remaining.items()})
        heads = [Head(id=id, type=before[id].type, body=body) for id, body in whole.items()]
        write_heads([head for head in heads if head.body != before[head.id].body], before, at, source)
        gone = ids - remaining.keys()
        delete_heads(gone, at, source)
        Amendment.objects.filter(resource_id__in=gone).delete()
        people = _retire(gone)
        _follow(heads, {}, at, source, people)
    return removed


def unseen(source: str, since: datetime, type: str) -> list[str]:
    """The keys of a source that no batch has named since: after a full pass, those it no longer has."""
    keys = Origin.objects.filter(source=source, seen_at__lt=since, key__startswith=f"{type}/")
    return list(keys.values_list("key", flat=True))


def finish(source: str) -> None:  # noqa: ARG001 - every source's pass ends here, and all look at the same day.
    """What is left to do after the last batch of a pass: roles that began or ended by the calendar."""
    begin_day()


def begin_day(*, clock: Clock = now) -> int:
    """Refreshes those whose role began or ended with the day; returns how many they were."""
    today = _today(clock)
    with writing():
        people = set(select(sql.PEOPLE_WHOM_THE_DAY_CHANGES, today=today))
        refresh_people(people, today)
    return len(people)


def set_leave(source: str, until: Mapping[str, date | None]) -> int:
    """Sets until when people are on leave, by the source's keys; None ends it. Returns how many changed."""
    with writing():
        ids = dict(Origin.objects.filter(source=source, key__in=until).values_list("key", "resource_id"))
        changed = 0
        for key, id in ids.items():
            changed += execute(sql.SET_LEAVE, person=id, until=until[key])
    return changed


def set_levels(names: Mapping[int, str]) -> None:
    """What the levels of the tree are called."""
    with writing():
        for level, name in names.items():
            Level.objects.update_or_create(level=level, defaults={"name": name})


def correct_number(person_id: UUID, raw: str, by: User) -> str:
    """Sets the number an officer knows to be right; an empty text goes back to what the sources say.

    Returns the number in E.164; raises `NotAUsableNumber` with the reason in words.
    """
    number = _the_number(raw) if raw.strip() else ""
    with writing():
        person = Person.objects.get(id=person_id)
        _note(person, Correction.Subject.NUMBER, person.phone_correction, number, by)
        Person.objects.filter(id=person_id).update(phone_correction=number)
        refresh_numbers([person_id])
        execute(sql.RENUMBER, person=person_id)
    return number


def amend(resource_id: UUID, part: str, value: Value, by: User, *, clock: Clock = now) -> None:
    """Puts a part of a resource right, in the whole registry at once; `part` and `value` as in `editing`.

    It holds until a source says something else about it than it says now. Raises `NotInRegistry`.
    """
    at = clock()
    with writing():
        head = heads_of([resource_id]).get(resource_id)
        if head is None or head.is_deleted or head.type != PARTS[part].type:
            raise NotInRegistry
        changed = PARTS[part].write(head.body, value, workspace().country_code)
        if changed == head.body:
            return
        if part == PHONE:
            # A number that was set by hand before would hide this one.
            Person.objects.filter(id=resource_id).update(phone_correction="")
        _follow([amended(resource_id, changed, at, by.email)], {}, at, SOURCE)


def correct_language(person_id: UUID, language: str, by: User) -> None:
    """Sets the language that somebody prefers; empty goes back to what the sources say."""
    with writing():
        person = Person.objects.get(id=person_id)
        _note(person, Correction.Subject.LANGUAGE, person.language_correction, language, by)
        body = Resource.objects.filter(id=person_id).values_list("body", flat=True).first() or {}
        said = person_columns(body)["languages"]
        person.language_correction = language
        person.languages = list(dict.fromkeys(filter(None, [language, *said])))
        person.save(update_fields=["language_correction", "languages"])
        execute(sql.RENUMBER, person=person_id)


def _the_number(raw: str) -> str:
    region = workspace().country_code
    found = clean(raw, region)
    if len(found) > 1:
        raise NotAUsableNumber(gettext("There is more than one number here. Type the one to text."))
    if not found or not found[0].number:
        reason = in_words(found[0].reason, region) if found else ""
        raise NotAUsableNumber(gettext("This number cannot be texted: %(reason)s.") % {"reason": reason})
    return found[0].number


def _note(person: Person, subject: Correction.Subject, before: str, after: str, by: User) -> None:
    if before != after:
        Correction.objects.create(person=person, subject=subject, before=before, after=after, by=by.email)


def _follow(
    heads: Sequence[Head],
    former: Mapping[UUID, UUID],
    at: datetime,
    source: str,
    people: Collection[UUID] = (),
) -> None:
    """All that follows from changed resources: columns, the tree, places that are one, people."""
    people = set(people) | derive(heads, at, source)
    places = [head.id for head in heads if head.type == "Location"]
    moved = refresh_tree() if places or former else set()
    same = dict(former) | (matches() if places else {})
    if same:
        people |= derive(make_one(same, at, source), at, source)
        moved |= refresh_tree()
    people |= people_under(moved | set(same.values()))
    today = _today(lambda: at)
    refresh_people(people, today)
    if places:
        execute(sql.RENUMBER_PEOPLE_OF, places=places)


def _retire(gone: Collection[UUID]) -> set[UUID]:
    """Columns of resources that are no more; returns the people concerned."""
    ids = list(gone)
    roles = Role.objects.filter(id__in=ids)
    people = set(roles.values_list("person_id", flat=True))
    roles.delete()
    Place.objects.filter(id__in=ids).update(is_active=False)
    left = Person.objects.filter(id__in=ids)
    people |= set(left.values_list("id", flat=True))
    left.update(said_active=False)
    return people


def _today(clock: Clock) -> date:
    return clock().astimezone(ZoneInfo(workspace().time_zone)).date()
