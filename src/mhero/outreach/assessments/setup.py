"""The pages on which an assessment is set up: what, who, when, where the answers go, and a last check."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.connectors.queries import data_sets
from mhero.messaging.errors import InvalidFlow, QuestionsUnfinished
from mhero.messaging.models import Flow
from mhero.messaging.queries.questions import askable, askable_flows
from mhero.messaging.queries.results import questions
from mhero.outreach import choices
from mhero.outreach.assessments import queries, services
from mhero.outreach.assessments.forms import Dhis2Form, WhatForm, WhenForm, WhoAskedForm
from mhero.outreach.assessments.models import Assessment, Who
from mhero.outreach.assessments.respondents import expected
from mhero.outreach.assessments.rounds import first_turn
from mhero.outreach.assessments.words import (
    how_often,
    reason_in_words,
    reminders_in_words,
    round_in_words,
    who_in_words,
)
from mhero.outreach.audience import Filter
from mhero.outreach.errors import AssessmentOver
from mhero.outreach.periods import PeriodType
from mhero.outreach.reach import Reach
from mhero.outreach.views.asked import filter_in, flow_named
from mhero.outreach.words import period_in_words
from mhero.platform.clock import now

#: Flows on the page, those that were changed last.
MOST_FLOWS = 50


@requires("assessments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_new(request: SignedInRequest) -> HttpResponse:
    made = Assessment(owner=request.user, area_id=request.user.area_id, remind_before=[1], remind_after=[2])
    made.escalate_after = 3
    if flow := flow_named(request.GET.get("flow")):
        made.flow, made.name = flow, flow.name[:60]
    return _what(request, made)


@requires("assessments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_what(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    return _what(request, _changed(request, assessment_id))


def _what(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    is_new = assessment._state.adding
    flows = list(askable_flows(MOST_FLOWS))
    if assessment.flow_id and not any(each.flow.id == assessment.flow_id for each in flows):
        flows.append(askable(Flow.objects.get(id=assessment.flow_id)))
    form = WhatForm(assessment, flows, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save(form.as_assessment(), request.user)
        return redirect("assessment_who" if is_new else "assessment_check", assessment_id=assessment.id)
    context = {
        "form": form,
        "assessment": None if is_new else assessment,
        "flows": flows,
        "can_write": request.user.may("flows.edit"),
    }
    return render(request, "outreach/assessments/what.html", context)


@requires("assessments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_who(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _changed(request, assessment_id)
    is_posted = request.method == "POST"
    area = request.user.area_id
    chosen = filter_in(request.POST) if is_posted else Filter.from_json(assessment.filter)
    options = choices.options(area)
    is_done = is_posted and request.POST.get("do") == "continue"
    form = WhoAskedForm(assessment, chosen, options, request.POST if is_done else None)
    if is_posted and not is_done:
        form.fields["who"].initial = request.POST.get("who")
    if is_done and form.is_valid():
        services.save(form.as_assessment(chosen), request.user)
        goes_on = "assessment_check" if assessment.starts_on else "assessment_when"
        return redirect(goes_on, assessment_id=assessment.id)
    words = request.POST.get("facility", "").replace("\x00", "").strip()[:100]
    tree = choices.area_tree(area, options.people_at)
    context = {
        "assessment": assessment,
        "form": form,
        "tree": tree,
        "facilities": choices.facilities(
            area, options.people_at, words=words, ids=chosen.places, lists_all=not tree
        ),
        "words": words,
        "chosen_places": set(chosen.places),
        "opened": {top.id for top in tree if any(part.id in chosen.places for part in top.children)},
    }
    return render(request, "outreach/assessments/who.html", context)


@requires("assessments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_when(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _changed(request, assessment_id)
    form = WhenForm(assessment, timezone.localdate(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save(form.as_assessment(), request.user)
        return redirect("assessment_check", assessment_id=assessment.id)
    return render(request, "outreach/assessments/when.html", {"assessment": assessment, "form": form})


@requires("assessments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_dhis2(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """First the data set, then for each question the element that its answers go to."""
    assessment = _changed(request, assessment_id)
    asked = [question for question in questions(assessment.flow) if question.is_asked]
    sets = data_sets()
    before = assessment.data_set
    form = Dhis2Form(assessment, asked, sets, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save(form.as_assessment(), request.user)
        if assessment.data_set and assessment.data_set != before:
            return redirect("assessment_dhis2", assessment_id=assessment.id)
        messages.success(request, gettext("Your changes are saved."))
        return redirect("assessment_check", assessment_id=assessment.id)
    return render(request, "outreach/assessments/dhis2.html", {"assessment": assessment, "form": form})


@requires("assessments.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_check(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """How it is set up; and, until it runs, the button that starts it."""
    assessment = _changed(request, assessment_id)
    if assessment.starts_on is None:
        return redirect("assessment_when", assessment_id=assessment.id)
    wrong = ""
    if request.method == "POST":
        try:
            services.start(assessment, request.user)
        except (QuestionsUnfinished, InvalidFlow):
            wrong = gettext("The questions are not finished. Put them right, then start.")
        except AssessmentOver:
            wrong = gettext("The day has passed. Choose a later one.")
        else:
            messages.success(request, gettext("The assessment has started."))
            return redirect("assessment", assessment_id=assessment.id)
    return render(request, "outreach/assessments/check.html", _as_set_up(assessment) | {"wrong": wrong})


def _as_set_up(assessment: Assessment) -> dict[str, Any]:
    who = expected(assessment, Reach.of(assessment.owner))
    asked = sum(1 for one in who if one.contact_id)
    reasons = Counter(one.reason for one in who if one.reason)
    turn = first_turn(assessment, now())
    sets = {one.id: one.name for one in data_sets() or ()} if assessment.data_set else {}
    return {
        "assessment": assessment,
        "who": who_in_words(assessment),
        "of_facilities": assessment.who == Who.IN_CHARGE,
        "expected": len(who),
        "asked": asked,
        "left_out": [(reason_in_words(reason), people) for reason, people in reasons.most_common()],
        "how_often": how_often(assessment),
        "turn": turn,
        "is_at_once": turn is not None and turn.asked_at <= now(),
        "about": period_in_words(turn.period) if turn and turn.period else "",
        "reminders": reminders_in_words(assessment),
        "is_repeated": assessment.repeats in PeriodType.values,
        "data_set": sets.get(assessment.data_set, assessment.data_set),
        "last_round": next(iter(map(round_in_words, queries.rounds_of(assessment)[:1])), ""),
    }


@requires("assessments.edit")
@require_POST
def assessment_stop(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    assessment = _changed(request, assessment_id)
    services.stop(assessment, request.user)
    messages.success(request, gettext("Nobody is asked any more. What was answered stays."))
    return redirect("assessment", assessment_id=assessment.id)


def _changed(request: SignedInRequest, assessment_id: UUID) -> Assessment:
    """One that the person may change; any other does not exist."""
    assessment = get_object_or_404(queries.visible_to(request.user), id=assessment_id)
    if not queries.may_change(request.user, assessment):
        raise Http404
    return assessment
