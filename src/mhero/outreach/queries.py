"""Reads of the outreach room."""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar, cast
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet

from mhero.accounts.models import User
from mhero.messaging.circumstances import rules
from mhero.messaging.template import variables
from mhero.outreach.audience import Filter
from mhero.outreach.estimate import SAMPLE, Readers, by_operator
from mhero.outreach.models import Audience, Draft
from mhero.outreach.reach import Accounted, Reach
from mhero.outreach.recipients import account_for, numbers, recipients
from mhero.registry.models import Place

Found = TypeVar("Found")

#: How old a figure in a list of audiences may be, or one beside a text that is being written.
SECONDS = 60


def audiences() -> QuerySet[Audience]:
    return Audience.objects.filter(archived_at__isnull=True).select_related("created_by").order_by("name")


def open_draft(draft_id: UUID, user: User) -> Draft:
    """A draft of the person's own; raises `Draft.DoesNotExist` for everybody else's."""
    return Draft.objects.get(id=draft_id, owner=user)


def place_names(places: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Place.objects.filter(id__in=list(places)).values_list("id", "name"))


def lately_accounted(chosen: Filter, reach: Reach) -> Accounted:
    """What `account_for` says, at most a minute old: for where a figure is shown beside something else."""
    return _lately("accounted", chosen, reach, lambda: account_for(chosen, reach))


def readers(text: str, chosen: Filter, reach: Reach, people: int) -> Readers:
    """What the price of a text depends on, for those who would get it now."""
    return Readers(
        people=people,
        sample=recipients(chosen, reach, limit=SAMPLE) if variables(text) else (),
        by_operator=_lately("operators", chosen, reach, lambda: by_operator(numbers(chosen, reach))),
        prices=rules().prices,
    )


def _lately(what: str, chosen: Filter, reach: Reach, find: Callable[[], Found]) -> Found:
    digest = hashlib.blake2b(f"{chosen.to_query()} {reach}".encode(), digest_size=16).hexdigest()
    return cast(Found, cache.get_or_set(f"outreach:{what}:{digest}", find, SECONDS))
