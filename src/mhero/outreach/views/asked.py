"""What a request asks for, and what its person may see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, QueryDict
from django.urls import reverse

from mhero.accounts.access import SignedInRequest
from mhero.messaging.models import Flow
from mhero.outreach import choices
from mhero.outreach.audience import Filter
from mhero.outreach.errors import FilterNotUnderstood
from mhero.outreach.forms import WhoForm
from mhero.outreach.models import Draft
from mhero.outreach.queries import open_draft
from mhero.outreach.reach import Accounted, Reach, Reason
from mhero.outreach.words import in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One line of the account, as a page shows it."""

    words: str
    people: int
    #: The people behind it.
    url: str


def filter_in(query: QueryDict) -> Filter:
    """The choice of people in an address; 400 when it cannot be read, never a wider one."""
    try:
        return Filter.from_query(query)
    except FilterNotUnderstood as error:
        raise BadRequest(str(error)) from error


def choices_of(request: SignedInRequest, chosen: Filter) -> dict[str, Any]:
    """What a page needs to let its person choose people, with what is chosen already."""
    area = request.user.area_id
    options = choices.options(area)
    words = request.GET.get("facility", "").replace("\x00", "").strip()[:100]
    tree = choices.area_tree(area, options.people_at)
    return {
        "form": WhoForm(chosen, options),
        "tree": tree,
        "facilities": choices.facilities(
            area, options.people_at, words=words, ids=chosen.places, lists_all=not tree
        ),
        "words": words,
        "chosen_places": set(chosen.places),
        "opened": {top.id for top in tree if any(part.id in chosen.places for part in top.children)},
    }


def draft_of(request: SignedInRequest, draft_id: UUID) -> Draft:
    """The person's own draft; somebody else's does not exist."""
    try:
        return open_draft(draft_id, request.user)
    except Draft.DoesNotExist as error:
        raise Http404 from error


def flow_named(text: str | None) -> Flow | None:
    """The flow of an identifier, if it can be sent."""
    try:
        return Flow.objects.filter(id=UUID(text), is_archived=False).first() if text else None
    except ValueError:
        return None


def people_url(chosen: Filter, reach: Reach, reason: Reason | None = None) -> str:
    """The list of the people behind a figure, counted as the figure was: with or without trial mode."""
    said = {"reason": reason.value if reason else "", "trial": "1" if reach.trial_phones is not None else ""}
    more = urlencode({key: value for key, value in said.items() if value})
    return f"{reverse('audience_people')}?{'&'.join(filter(None, [chosen.to_query(), more]))}"


def figures(chosen: Filter, accounted: Accounted, reach: Reach) -> Sequence[Figure]:
    """Why people are left out, each with a link to them."""
    return [
        Figure(words=in_words(reason, people), people=people, url=people_url(chosen, reach, reason))
        for reason, people in accounted.left_out
    ]
