"""Proposals: the list with its filters, deciding about many, and one with its history."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.connectors.models import SourceChange
from mhero.messaging.views.paging import page_of, uuid_of
from mhero.outreach.errors import CannotBeAsked, DecidedAlready, NotYetClear
from mhero.outreach.validation import deciding, ghosts, queries, subjects, worklist
from mhero.outreach.validation.forms import CHOOSABLE, ValueForm
from mhero.outreach.validation.kinds import OPEN_STATES, ProposalState, Subject, Sure
from mhero.outreach.validation.models import Proposal
from mhero.outreach.validation.queries import ProposalFilter
from mhero.outreach.validation.views import areas_of
from mhero.outreach.validation.words import (
    STATE_COLOUR,
    SURE_COLOUR,
    WHY,
    level_in_words,
    signs_in_words,
)
from mhero.registry.errors import NotInRegistry
from mhero.registry.models import Person
from mhero.registry.queries import names_of, place_words

PAGE: Final = 50
DECISIONS: Final = ("accept", "refuse", "ask")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A proposal as a list shows it."""

    proposal: Proposal
    #: Whom or what it is about, and where that is.
    about: str
    where: str
    old: str
    new: str
    said_by: str
    sure_colour: str
    state_colour: str
    change: SourceChange | None


@requires("proposals.view")
@require_GET
def validation_proposals(request: SignedInRequest) -> HttpResponse:
    area = request.user.area_id
    asked = ProposalFilter.of(request.GET)
    matching = asked.of_these(queries.proposals_of(area))
    before = uuid_of(request, "before")
    rows = matching.filter(id__lt=before) if before else matching
    page, newest, older = page_of(request, list(rows.order_by("-id")[: PAGE + 1]), PAGE, lambda one: one.id)
    record_audit(
        "proposals.listed",
        "proposals",
        request=request,
        people=sum(one.person_id is not None for one in page),
    )
    return render(
        request,
        "outreach/validation/proposals.html",
        {
            "rows": shown_of(page),
            "newest": newest,
            "older": older,
            "total": matching.count(),
            "anything": bool(page) or queries.proposals_of(area).exists(),
            "chosen": asked,
            "chips": _chips(asked),
            "states": [
                (queries.OPEN, gettext("Waiting for a decision")),
                *ProposalState.choices,
                (queries.ALL, gettext("All")),
            ],
            "subjects": Subject.choices,
            "sures": Sure.choices,
            "places": areas_of(request),
            "may_decide": request.user.may("proposals.decide"),
            "can_decide": any(one.state in OPEN_STATES for one in page),
            "sees_numbers": request.user.may("people.numbers"),
        },
    )


def _chips(asked: ProposalFilter) -> list[tuple[str, str]]:
    chips: list[tuple[str, str]] = []
    if asked.subject:
        chips.append((str(Subject(asked.subject).label), asked.but(subject="")))
    if asked.sure:
        chips.append((str(Sure(asked.sure).label), asked.but(sure="")))
    if asked.place:
        chips.append((names_of([asked.place]).get(asked.place, "?"), asked.but(place=None)))
    if asked.round:
        chips.append((gettext("One round"), asked.but(round=None)))
    return chips


def shown_of(proposals: list[Proposal]) -> list[Shown]:
    """With the names of people and places, read for all of them at once."""
    wanted = {one.person_id for one in proposals} | {one.said_by for one in proposals}
    people = {one.id: one for one in Person.objects.filter(id__in=[id for id in wanted if id])}
    where = place_words(people.values())
    places = names_of({one.place_id for one in proposals if one.place_id})
    changes = queries.changes_of(proposals)
    shown = []
    for one in proposals:
        person = people.get(one.person_id) if one.person_id else None
        speaker = people.get(one.said_by) if one.said_by else None
        place = places.get(one.place_id, "") if one.place_id else ""
        is_new = one.subject == Subject.NEWCOMER
        shown.append(
            Shown(
                proposal=one,
                about=person.name if person else one.new_words if is_new else place,
                where=where.get(person.id, "") if person else place if is_new else "",
                old=subjects.shown(one.subject, one.old, one.old_words),
                new=subjects.shown(one.subject, one.new, one.new_words),
                said_by=gettext("The person")
                if person and speaker == person
                else speaker.name
                if speaker
                else "",
                sure_colour=SURE_COLOUR[one.sure],
                state_colour=STATE_COLOUR[one.state],
                change=changes.get(one.id),
            )
        )
    return shown


@requires("proposals.decide")
@require_POST
def validation_decide(request: SignedInRequest) -> HttpResponse:
    """Decides about those that were ticked."""
    back = f"{reverse('validation_proposals')}?{ProposalFilter.of(request.POST).query}"
    decision = request.POST.get("decision", "")
    ticked = [one for one in map(_id, request.POST.getlist("proposal")) if one][:PAGE]
    if decision not in DECISIONS or not ticked:
        messages.error(request, gettext("Tick the proposals to decide about first."))
        return redirect(back)
    # What lies outside of the person's area is not there for her.
    own = queries.proposals_of(request.user.area_id).filter(id__in=ticked).order_by("id")
    decided = deciding.decide_many(list(own.values_list("id", flat=True)), decision, request.user)
    _tell(request, decision, decided)
    return redirect(back)


def _tell(request: SignedInRequest, decision: str, decided: deciding.Decided) -> None:
    done, returned, left = len(decided.done), len(decided.returned), len(decided.left)
    said = {
        "accept": ngettext("%(n)s proposal was accepted.", "%(n)s proposals were accepted.", done),
        "refuse": ngettext("%(n)s proposal was refused.", "%(n)s proposals were refused.", done),
        "ask": ngettext("%(n)s person is asked again.", "%(n)s people are asked again.", done),
    }
    if done:
        messages.success(request, said[decision] % {"n": done})
    if returned:
        words = ngettext(
            "%(n)s was not accepted: the registry says something newer. Decide again.",
            "%(n)s were not accepted: the registry says something newer. Decide again.",
            returned,
        )
        messages.warning(request, words % {"n": returned})
    if left:
        words = ngettext(
            "%(n)s was left as it is: its value is not clear yet, or somebody has decided already.",
            "%(n)s were left as they are: their values are not clear yet, or somebody has decided already.",
            left,
        )
        messages.warning(request, words % {"n": left})


@requires("proposals.view")
@require_http_methods(["GET", "POST"])
def validation_proposal(request: SignedInRequest, proposal_id: UUID) -> HttpResponse:
    found = queries.proposals_of(request.user.area_id).select_related("round")
    proposal = get_object_or_404(found, id=proposal_id)
    may_decide = request.user.may("proposals.decide")
    form = None
    if proposal.state in OPEN_STATES and proposal.subject in CHOOSABLE and may_decide:
        chooses = request.method == "POST" and request.POST.get("decision") == "choose"
        current = proposal.new or _as_typed(proposal)
        form = ValueForm(proposal.subject, proposal.place_ids, current, request.POST if chooses else None)
    if request.method == "POST" and not may_decide:
        raise PermissionDenied
    if request.method == "POST" and _decided(request, proposal, form):
        return redirect("validation_proposal", proposal_id=proposal.id)
    if request.method == "GET":
        record_audit("proposal.read", f"proposal {proposal.id}", request=request, people=1)
    return render(
        request,
        "outreach/validation/proposal.html",
        {**_one(request, proposal), "form": form, "may_decide": may_decide},
    )


def _as_typed(proposal: Proposal) -> str:
    """What was written, where it can be put right; not a number without a digit, and not for a list."""
    is_number = proposal.subject in {Subject.PHONE, Subject.PLACE_PHONE}
    if proposal.subject in {Subject.JOB, Subject.PLACE}:
        return ""
    return proposal.said if not is_number or any(map(str.isdigit, proposal.said)) else ""


def _decided(request: SignedInRequest, proposal: Proposal, form: ValueForm | None) -> bool:
    """Carries the decision out and says what became of it; False when the form is to be put right."""
    decision = request.POST.get("decision", "")
    state = ""
    try:
        match decision:
            case "choose":
                if form is None or not form.is_valid():
                    return False
                state = deciding.accept(proposal.id, request.user, form.chosen)
            case "accept":
                state = deciding.accept(proposal.id, request.user)
            case "refuse":
                note = " ".join(request.POST.get("note", "").replace("\x00", "").split())[:300]
                deciding.refuse(proposal.id, request.user, note)
            case "ask":
                deciding.ask_again(proposal.id, request.user)
            case _:
                return False
    except (DecidedAlready, NotYetClear, NotInRegistry, CannotBeAsked) as error:
        messages.error(request, _problem(error))
        return True
    if state == ProposalState.RETURNED:
        messages.warning(request, gettext("The registry says something newer. Look at it and decide again."))
    else:
        messages.success(request, gettext("Your decision was kept."))
    return True


def _problem(error: Exception) -> str:
    match error:
        case DecidedAlready():
            return gettext("Somebody has decided about it already.")
        case NotYetClear():
            return gettext("It is not clear yet what is right. Choose the value below, or ask again.")
        case CannotBeAsked():
            return gettext("This person cannot be asked by text message now.")
        case _:
            return gettext("The record is no longer in the registry.")


def _one(request: SignedInRequest, proposal: Proposal) -> dict[str, Any]:
    (shown,) = shown_of([proposal])
    line = None
    if proposal.person_id:
        line = next(worklist.lines(request.user.area_id, only=proposal.person_id, limit=1), None)
    points = ghosts.points(line.signs) if line else 0
    words, colour = level_in_words(points)
    return {
        "shown": shown,
        "proposal": proposal,
        "is_open": proposal.state in OPEN_STATES,
        "can_accept": bool(proposal.value) or proposal.subject == Subject.NEWCOMER,
        "is_newcomer": proposal.subject == Subject.NEWCOMER,
        "why": WHY.get(proposal.why, ""),
        "events": list(proposal.events.order_by("-id")),
        "signs": signs_in_words(line.signs) if line else [],
        "points": points,
        "level": words,
        "level_colour": colour,
        "sees_numbers": request.user.may("people.numbers"),
        "may_see_people": request.user.may("people.view"),
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
