"""Who a filter finds, who of them can be texted, and why the others cannot.

Everyone who fits the filter gets exactly one reason, the first that applies in the order of `Reason`, so the
figures always add up to those who were chosen. The SQL takes every part of the filter as a parameter that may
be null; the driver puts values in before the server plans, so a part that says nothing costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.accounts.queries import team_phones, workspace
from mhero.outreach.audience import Filter
from mhero.platform.clock import now


class Reason(TextChoices):
    """What becomes of a person who was chosen."""

    NO_NUMBER = "no_number", _("No phone number")
    INVALID = "invalid", _("The phone number cannot be right")
    OPTED_OUT = "opted_out", _("Opted out")
    ON_LEAVE = "on_leave", _("On leave")
    #: The contact has not followed the registry yet, which takes seconds.
    NOT_READY = "not_ready", _("Being prepared, try again in a minute")
    #: The workspace is not live and this is not a phone of the team.
    TRIAL = "trial", _("Blocked by trial mode")
    #: Somebody else who was chosen has the same phone; it gets one message.
    DUPLICATE = "duplicate", _("Same phone as somebody else")
    WILL_SEND = "will_send", _("Will get the message")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What narrows every filter for one person who looks: never left out, so nobody sees beyond their area."""

    #: The area of responsibility; None is the whole country.
    area_id: UUID | None
    #: The day in the country, for leave.
    today: date
    #: The phones that trial messages may go to; None once the workspace is live.
    trial_phones: tuple[str, ...] | None

    @classmethod
    def of(cls, user: User) -> "Reach":
        space = workspace()
        return cls(
            area_id=user.area_id,
            today=now().astimezone(ZoneInfo(space.time_zone)).date(),
            trial_phones=None if space.is_live else tuple(sorted(team_phones())),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounted:
    """How many were chosen, and what becomes of them: `chosen` is the sum of all the others."""

    chosen: int = 0
    will_send: int = 0
    no_number: int = 0
    invalid: int = 0
    opted_out: int = 0
    on_leave: int = 0
    not_ready: int = 0
    trial: int = 0
    duplicate: int = 0

    @property
    def left_out(self) -> list[tuple[Reason, int]]:
        """The reasons that concern somebody, the most frequent first."""
        counted = [(reason, getattr(self, reason.value)) for reason in Reason if reason != Reason.WILL_SEND]
        return sorted((pair for pair in counted if pair[1]), key=lambda pair: -pair[1])

    def to_json(self) -> dict[str, int]:
        return {"chosen": self.chosen, **{reason.value: getattr(self, reason.value) for reason in Reason}}


# A contact is found by its number and not by its person: a number that several people share belongs to one
# contact, and whoever of them is chosen is reached by it.
CHOSEN = """
WITH chosen AS (
    SELECT person.id, person.name, person.phone, contact.id AS contact_id,
           contact.person_id IS NOT DISTINCT FROM person.id AS is_owner,
           CASE
               WHEN person.phone = '' AND person.phone_state = 'invalid' THEN 'invalid'
               WHEN person.phone = '' THEN 'no_number'
               WHEN contact.status = 'stopped' THEN 'opted_out'
               WHEN person.on_leave_until >= %(today)s THEN 'on_leave'
               WHEN contact.number IS NULL OR contact.status <> 'active' THEN 'not_ready'
               WHEN person.phone <> ALL (%(trial_phones)s::text[]) THEN 'trial'
               ELSE 'will_send'
           END AS reason
    FROM registry_person AS person
    LEFT JOIN messaging_contact AS contact ON contact.number = person.phone AND person.phone <> ''
    WHERE person.is_active
      AND (%(area)s::uuid IS NULL OR person.place_ids @> ARRAY[%(area)s::uuid])
      AND (%(places)s::uuid[] IS NULL OR person.place_ids && %(places)s::uuid[])
      AND (%(cadres)s::text[] IS NULL OR person.cadres && %(cadres)s::text[])
      AND (%(facility_types)s::text[] IS NULL OR person.facility_types && %(facility_types)s::text[])
      AND (%(skills)s::text[] IS NULL OR person.skills && %(skills)s::text[])
      AND (%(genders)s::text[] IS NULL OR person.gender = ANY (%(genders)s::text[]))
      AND (%(languages)s::text[] IS NULL OR person.languages && %(languages)s::text[]
           OR person.language_correction = ANY (%(languages)s::text[]))
)
"""

# Grouping by phone first is what counts each phone once: several times faster than count(DISTINCT …).
COUNT = (
    CHOSEN
    + """
SELECT reason, sum(people), count(*)
FROM (SELECT reason, count(*) AS people FROM chosen GROUP BY phone, reason) AS phones
GROUP BY reason
"""
)

CONTACT_IDS = CHOSEN + "SELECT DISTINCT contact_id FROM chosen WHERE reason = 'will_send'"

# Of those who share a phone, its owner keeps the message, or else the first of them.
PEOPLE = (
    CHOSEN
    + """
, told_apart AS (
    SELECT id, name, phone,
           CASE
               WHEN reason = 'will_send'
                    AND row_number() OVER (PARTITION BY reason, contact_id ORDER BY is_owner DESC, id) > 1
               THEN 'duplicate'
               ELSE reason
           END AS reason
    FROM chosen
)
SELECT id, name, phone, reason
FROM told_apart
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(after_name)s::text IS NULL OR (name, id) > (%(after_name)s, %(after_id)s::uuid))
ORDER BY name, id
LIMIT %(limit)s
"""
)


def parameters(chosen: Filter, reach: Reach) -> dict[str, Any]:
    return {
        "area": reach.area_id,
        "today": reach.today,
        "trial_phones": None if reach.trial_phones is None else list(reach.trial_phones),
        "places": list(chosen.places) or None,
        "cadres": list(chosen.cadres) or None,
        "facility_types": list(chosen.facility_types) or None,
        "skills": list(chosen.skills) or None,
        "genders": list(chosen.genders) or None,
        "languages": list(chosen.languages) or None,
    }


def rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def account_for(chosen: Filter, reach: Reach) -> Accounted:
    """Everyone the filter finds, counted by what becomes of them."""
    counts: dict[str, int] = {}
    for reason, people, phones in rows(COUNT, parameters(chosen, reach)):
        counts["chosen"] = counts.get("chosen", 0) + people
        if reason == Reason.WILL_SEND:
            counts["will_send"], counts["duplicate"] = phones, people - phones
        else:
            counts[reason] = people
    return Accounted(**counts)


def contact_ids(chosen: Filter, reach: Reach) -> list[UUID]:
    """The contacts that will get the message, each once."""
    return [row[0] for row in rows(CONTACT_IDS, parameters(chosen, reach))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """One person behind a figure."""

    id: UUID
    name: str
    phone: str
    reason: Reason


def people_behind(
    chosen: Filter,
    reach: Reach,
    reason: Reason | None,
    after: tuple[str, UUID] | None = None,
    limit: int = 50,
) -> Sequence[Counted]:
    """The people of one figure, by name; all who were chosen without a reason."""
    after_name, after_id = after or (None, None)
    values = parameters(chosen, reach) | {
        "reason": reason.value if reason else None,
        "after_name": after_name,
        "after_id": after_id,
        "limit": limit,
    }
    return [
        Counted(id=id, name=name, phone=phone, reason=Reason(why))
        for id, name, phone, why in rows(PEOPLE, values)
    ]
