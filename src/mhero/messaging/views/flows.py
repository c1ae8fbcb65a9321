"""Flows: the list, one with what it does and its revisions, and what is done with one."""

from typing import Any
from uuid import UUID

from django.contrib import messages as news
from django.db.models import Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.messaging.errors import FlowChangedMeanwhile, InvalidFlow
from mhero.messaging.forms_of_flows import FlowForm, FlowNameForm, language_choices
from mhero.messaging.models import Flow, FlowRevision
from mhero.messaging.queries.flows import definition_of, flows_of, people_in, revisions_of
from mhero.messaging.services import (
    archive_flow,
    create_flow,
    duplicate_flow,
    publish_flow,
    rename_flow,
    restore_flow,
    restore_revision,
)
from mhero.messaging.synopsis import synopsis
from mhero.messaging.views.paging import page_of, uuid_of

Json = dict[str, Any]

PAGE = 25
#: Revisions on a flow's page; the older ones stay in the database.
REVISIONS = 20


@requires("flows.view")
@require_safe
def flows(request: SignedInRequest) -> HttpResponse:
    search, archived = request.GET.get("search", "").strip(), request.GET.get("show") == "archived"
    found = flows_of(search=search, archived=archived)
    if before := uuid_of(request, "before"):
        last = Flow.objects.filter(id=before).values("changed_at")
        found = found.filter(changed_at__lt=Subquery(last))
    rows, newer, older = page_of(request, list(found[: PAGE + 1]), PAGE, lambda flow: flow.id)
    people = people_in([flow.id for flow in rows], request.user.area_id)
    return render(
        request,
        "messaging/flows.html",
        {
            "flows": [(flow, people.get(flow.id, 0)) for flow in rows],
            "search": search,
            "shows_archived": archived,
            "shows_used": not archived,
            "can_edit": request.user.may("flows.edit"),
            "newer": newer,
            "older": older,
        },
    )


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def flow_new(request: SignedInRequest) -> HttpResponse:
    form = FlowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        flow = create_flow(form.cleaned_data["name"], request.user, language=form.cleaned_data["language"])
        return redirect("flow_edit", flow_id=flow.id)
    return render(request, "messaging/flow_new.html", {"form": form})


@requires("flows.view")
@require_safe
def flow(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    found = get_object_or_404(Flow, id=flow_id)
    return render(request, "messaging/flow.html", _shown(request, found))


def _languages(definition: Json) -> list[str]:
    names = dict(language_choices())
    codes = [str(definition.get("language") or ""), *(definition.get("localization") or {})]
    return [names.get(code, code) for code in codes if code not in ("", "und", "base")]


def _shown(request: SignedInRequest, found: Flow) -> dict[str, object]:
    definition = definition_of(found)
    user = request.user
    return {
        "flow": found,
        "steps": synopsis(definition),
        "languages": _languages(definition),
        "people": people_in([found.id], user.area_id).get(found.id, 0),
        "revisions": revisions_of(found)[:REVISIONS],
        "triggers": found.triggers.filter(is_archived=False).select_related("sms_channel"),
        "is_changed": found.published_revision != found.latest_revision,
        "can_edit": user.may("flows.edit"),
        "can_send": user.may("messages.send"),
    }


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def flow_rename(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    found = get_object_or_404(Flow, id=flow_id)
    form = FlowNameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        rename_flow(found.id, form.cleaned_data["name"], request.user)
        news.success(request, _("The flow has its new name."))
        return redirect("flow", flow_id=found.id)
    return render(request, "messaging/flow_rename.html", {"form": form, "flow": found})


@requires("flows.edit")
@require_POST
def flow_publish(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    found = get_object_or_404(Flow, id=flow_id)
    try:
        publish_flow(found.id, request.user)
    except InvalidFlow:
        news.warning(request, _("This flow has a fault. Open it to put it right, then publish it."))
    else:
        news.success(request, _("People meet the newest version from now on."))
    return redirect("flow", flow_id=found.id)


@requires("flows.edit")
@require_POST
def flow_duplicate(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    found = get_object_or_404(Flow, id=flow_id)
    name = _("Copy of %(name)s") % {"name": found.name}
    copy = duplicate_flow(found.id, name[:64], request.user)
    news.success(request, _("This is the copy. Nobody meets it until you publish it."))
    return redirect("flow", flow_id=copy.id)


@requires("flows.edit")
@require_POST
def flow_archive(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    found = get_object_or_404(Flow, id=flow_id)
    if found.is_archived:
        restore_flow(found.id, request.user)
        news.success(request, _("The flow is in use again."))
    else:
        archive_flow(found.id, request.user)
        news.success(request, _("The flow is archived. Nobody new meets it; who is in it can finish."))
    return redirect("flow", flow_id=found.id)


@requires("flows.edit")
@require_POST
def flow_restore(request: SignedInRequest, flow_id: UUID, revision: int) -> HttpResponse:
    found = get_object_or_404(Flow, id=flow_id)
    try:
        based_on = int(request.POST.get("based_on", ""))
        restore_revision(found.id, revision, request.user, based_on=based_on)
    except (ValueError, FlowRevision.DoesNotExist):
        news.warning(request, _("There is no such version any more."))
    except FlowChangedMeanwhile as error:
        news.warning(
            request, _("%(who)s changed this flow meanwhile. Look at it again.") % {"who": error.saved_by}
        )
    else:
        news.success(request, _("The earlier version is back as a draft. Publish it so that people meet it."))
    return redirect("flow", flow_id=found.id)
