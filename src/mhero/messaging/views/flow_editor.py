"""The flow editor's page, and what its script asks for."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.flows.actions import ACTIONS
from mhero.messaging.editor_words import words
from mhero.messaging.errors import FlowChangedMeanwhile, InvalidFlow, MessagingError
from mhero.messaging.forms_of_flows import language_choices
from mhero.messaging.models import Flow
from mhero.messaging.queries.flows import assets_json, definition_of
from mhero.messaging.services import publish_flow, save_revision

Json = dict[str, Any]


@requires("flows.view")
@require_safe
def flow_edit(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    found = get_object_or_404(Flow, id=flow_id)
    settings = {
        "urls": {
            "definition": reverse("flow_definition", args=[found.id]),
            "publish": reverse("flow_publish_now", args=[found.id]),
            "simulate": reverse("flow_simulate", args=[found.id]),
            "people": reverse("flow_people") if request.user.may("people.view") else "",
            "flow": reverse("flow", args=[found.id]),
        },
        "canEdit": request.user.may("flows.edit") and not found.is_archived,
        "words": words(),
    }
    return render(request, "messaging/flow_edit.html", {"flow": found, "settings": settings})


@requires("flows.view")
@require_http_methods(["GET", "HEAD", "POST"])
def flow_definition(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """The newest revision with all that it may refer to; posted, a new revision."""
    found = get_object_or_404(Flow, id=flow_id)
    if request.method == "POST":
        return _saved(request, found)
    assets = assets_json(besides=found.id)
    return JsonResponse(
        {
            "definition": definition_of(found),
            **_state(found),
            "assets": {
                kind: assets[kind] for kind in ("flows", "fields", "groups", "labels", "globals", "channels")
            },
            "languages": [{"code": code, "name": name} for code, name in language_choices()],
            "actions": sorted(ACTIONS),
        }
    )


def _saved(request: SignedInRequest, found: Flow) -> HttpResponse:
    if not request.user.may("flows.edit") or found.is_archived:
        return JsonResponse({"error": _("You cannot change this flow.")}, status=403)
    try:
        asked = json.loads(request.body)
        definition, based_on = asked["definition"], int(asked["based_on"])
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"error": _("This could not be understood.")}, status=400)
    try:
        save_revision(found.id, definition, request.user, based_on=based_on)
    except FlowChangedMeanwhile as error:
        said = _("%(who)s changed this flow meanwhile.") % {"who": error.saved_by}
        return JsonResponse({"error": said, "revision": error.revision}, status=409)
    except InvalidFlow as error:
        return JsonResponse({"error": str(error)}, status=422)
    found.refresh_from_db()
    return JsonResponse(_state(found))


@requires("flows.edit")
@require_POST
def flow_publish_now(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """Publishes the newest revision, for the editor's button."""
    found = get_object_or_404(Flow, id=flow_id)
    try:
        published = publish_flow(found.id, request.user)
    except MessagingError as error:
        found.refresh_from_db()
        return JsonResponse({"error": str(error), **_state(found)}, status=422)
    return JsonResponse(_state(published))


def _state(found: Flow) -> Json:
    return {
        "revision": found.latest_revision,
        "published": found.published_revision,
        "issues": found.issues,
        "questions": found.questions is not None,
    }
