"""Rounds of asking: the overview, the two pages that set one up, and how far one is."""

from collections import Counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.messaging.circumstances import rules
from mhero.messaging.models import Broadcast, Contact, SMSChannel
from mhero.messaging.questions.talk import talk
from mhero.messaging.simulator import contact_of
from mhero.outreach.audience import Filter
from mhero.outreach.choices import area_tree, options
from mhero.outreach.errors import NobodyToText, NoSMSChannel, PeopleChanged
from mhero.outreach.estimate import Readers, estimate
from mhero.outreach.queries import place_names
from mhero.outreach.services import needs_approval
from mhero.outreach.validation import queries, rounds, worklist
from mhero.outreach.validation.conversation import STAFF_LIST, flow_of
from mhero.outreach.validation.forms import RoundForm
from mhero.outreach.validation.kinds import OPEN_STATES, RoundKind, Subject
from mhero.outreach.validation.models import ValidationRound
from mhero.outreach.words import describe
from mhero.platform.clock import now
from mhero.platform.ids import new_id
from mhero.platform.phones import operator_of
from mhero.registry.models import PlaceKind
from mhero.registry.queries import names_of, places_of

ROUNDS_SHOWN = 20


@requires("proposals.view")
@require_GET
def validation(request: SignedInRequest) -> HttpResponse:
    """What waits for a decision, whom somebody has to look for, and the rounds."""
    area = request.user.area_id
    waiting, looked_for = queries.open_by_county(area), worklist.lately_counted(area)
    listed = list(queries.rounds_of(area)[:ROUNDS_SHOWN])
    progress = queries.progress_of(listed)
    counties = {place for place in [*waiting, *looked_for] if place}
    names = names_of(counties)
    by_county = [
        (place, names[place], waiting.get(place, 0), sum(looked_for.get(place, {}).values()))
        for place in sorted(names, key=lambda place: names[place])
    ]
    return render(
        request,
        "outreach/validation/overview.html",
        {
            "waiting": sum(waiting.values()),
            "looked_for": sum(sum(reasons.values()) for reasons in looked_for.values()),
            "by_county": by_county,
            "rounds": [(round, progress.get(round.id, queries.Progress())) for round in listed],
            "may_decide": request.user.may("proposals.decide"),
        },
    )


@requires("proposals.decide")
@require_http_methods(["GET", "POST"])
def validation_new(request: SignedInRequest) -> HttpResponse:
    return _round_form(request, ValidationRound(kind=""))


@requires("proposals.decide")
@require_http_methods(["GET", "POST"])
def validation_change(request: SignedInRequest, round_id: UUID) -> HttpResponse:
    """A round that nobody was asked in yet."""
    round = _own_round(request, round_id)
    if round.broadcast_id:
        return redirect("validation_round", round_id=round.id)
    return _round_form(request, round)


def _round_form(request: SignedInRequest, round: ValidationRound) -> HttpResponse:
    area = request.user.area_id
    found = options(area)
    zone = ZoneInfo(workspace().time_zone)
    form = RoundForm(round, area_tree(area, found.people_at), found, zone, request.POST or None)
    if request.method == "POST" and form.is_valid():
        kept = rounds.prepare(form.as_round(), request.user)
        return redirect("validation_check", round_id=kept.id)
    is_new = round._state.adding
    return render(request, "outreach/validation/round_form.html", {"form": form, "is_new": is_new})


@requires("proposals.decide")
@require_http_methods(["GET", "POST"])
def validation_check(request: SignedInRequest, round_id: UUID) -> HttpResponse:
    """Everything about a round on one page, and the button."""
    round = _own_round(request, round_id)
    if round.broadcast_id:
        return redirect("validation_round", round_id=round.id)
    wrong = ""
    if request.method == "POST":
        try:
            shown = int(request.POST.get("shown", ""))
            rounds.ask(round.id, request.user, shown=shown)
        except (NobodyToText, NoSMSChannel, PeopleChanged, ValueError) as error:
            wrong = _in_words(error)
        else:
            messages.success(request, gettext("Asking begins in a moment."))
            return redirect("validation_round", round_id=round.id)
    return render(request, "outreach/validation/check.html", {**_checked(request, round), "wrong": wrong})


def _checked(request: SignedInRequest, round: ValidationRound) -> dict[str, Any]:
    chosen = rounds.chosen_by(round, request.user)
    whole = rounds.chosen_by(round, request.user, as_if_live=True)
    filter = Filter.from_json(round.filter)
    asked = next(iter([*chosen.asked, *whole.asked]), None)
    first = Contact.objects.filter(id=asked.contact_id).first() if asked else None
    text = _first_words(round, first)
    return {
        "round": round,
        "chosen": chosen,
        "whole": whole,
        "is_people": round.kind == RoundKind.PEOPLE,
        "description": describe(filter, place_names(filter.places)),
        "parts": [Subject(part).label for part in round.parts],
        "first": first,
        "text": text,
        "estimate": estimate(text, _readers(chosen), simplifies=False),
        "needs_approval": needs_approval(len(chosen.asked)),
        "has_channel": SMSChannel.objects.filter(is_enabled=True).exists(),
        "is_trial": not workspace().is_live,
    }


def _readers(chosen: rounds.Chosen) -> Readers:
    numbers = Counter(operator_of(one.number) for one in chosen.asked)
    return Readers(people=len(chosen.asked), by_operator=numbers, prices=rules().prices)


def _first_words(round: ValidationRound, contact: Contact | None) -> str:
    """What a person gets before the first answer."""
    definition = flow_of(round.kind, round.parts, new_id(), round.name)
    known: dict[str, Any] = contact_of(contact) if contact else {"name": "Musu Kollie"}
    # A field that nobody has a value of is one all the same.
    fields: dict[str, Any] = {name: {"text": ""} for name in ("cadre", "job", "facility", STAFF_LIST)}
    heard = talk(definition, at=now(), contact={**known, "fields": fields | known.get("fields", {})})
    return "\n".join(line.text for line in heard.lines)


@requires("proposals.view")
@require_GET
def validation_round(request: SignedInRequest, round_id: UUID) -> HttpResponse:
    """How far a round is."""
    round = get_object_or_404(queries.rounds_of(request.user.area_id), id=round_id)
    if not round.broadcast_id:
        return redirect("validation_check", round_id=round.id) if _may(request) else redirect("validation")
    proposals = queries.proposals_of(request.user.area_id).filter(round=round)
    return render(
        request,
        "outreach/validation/round.html",
        {
            "round": round,
            "progress": queries.progress_of([round]).get(round.id, queries.Progress()),
            "send": Broadcast.objects.filter(id=round.broadcast_id).first(),
            "open": proposals.filter(state__in=OPEN_STATES).count(),
            "proposals": proposals.count(),
            "proposals_url": f"{reverse('validation_proposals')}?round={round.id}",
            "parts": [Subject(part).label for part in round.parts],
            "may_see_send": request.user.may("messages.view"),
        },
    )


def _own_round(request: SignedInRequest, round_id: UUID) -> ValidationRound:
    return get_object_or_404(queries.rounds_of(request.user.area_id), id=round_id)


def _may(request: SignedInRequest) -> bool:
    return request.user.may("proposals.decide")


def _in_words(error: Exception) -> str:
    match error:
        case PeopleChanged():
            return gettext(
                "The number of people changed from %(shown)s to %(found)s meanwhile. Check again, then ask."
            ) % {"shown": error.shown, "found": error.found}
        case NobodyToText():
            return gettext("Nobody of those can be texted now. Choose other people.")
        case NoSMSChannel():
            return gettext("There is no way to send yet. An administrator must connect an SMS provider.")
        case _:
            return gettext("Check the page again, then ask.")


def areas_of(request: SignedInRequest) -> list[tuple[UUID, str]]:
    """Counties and districts to narrow a list by."""
    places = places_of(request.user.area_id).filter(kind=PlaceKind.JURISDICTION, is_active=True)
    return [(place.id, place.name) for place in places.filter(level__gte=2).order_by("path")]
