"""Trying a flow on a phone in the page, as a page of its own and for the editor's phone."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.flows.errors import FlowError
from mhero.messaging.definitions import fault_of, kept
from mhero.messaging.errors import InvalidFlow
from mhero.messaging.models import Contact, Flow
from mhero.messaging.queries.inbox import contacts_of
from mhero.messaging.simulator import Simulation, Simulator, WebAnswer, contact_of, example_contact
from mhero.platform.clock import now

Json = dict[str, Any]

#: What a conversation is sealed with on its way through the browser.
SALT = "mhero.messaging.simulator"
#: Seconds after which a conversation has to begin again.
LONGEST = 24 * 3600
FOUND = 10
LONGEST_ANSWER = 1600
LONGEST_BODY = 100_000


@requires("flows.view")
@require_http_methods(["GET", "HEAD", "POST"])
def flow_try(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """The flow on a phone, for those whose browser runs no scripts too."""
    flow = get_object_or_404(Flow, id=flow_id)
    asked: Json = dict(request.POST.items())
    said: list[Json] = []
    if token := asked.get("state"):
        said = _opened(request, flow, token).get("said") or []
    try:
        answer = _step(request, Simulator(flow), asked)
    except FlowError as error:
        answer = {"error": fault_of(error), "said": said}
    return render(request, "messaging/flow_try.html", {"flow": flow, "answer": answer, "asked": asked})


@requires("flows.view")
@require_POST
def flow_simulate(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """One step of the editor's phone, over the definition that comes with it, saved or not."""
    flow = get_object_or_404(Flow, id=flow_id)
    try:
        asked = json.loads(request.body)
        definition = kept(asked["definition"], flow.id) if asked.get("definition") else None
        answer = _step(request, Simulator(flow, definition), asked)
    except FlowError as error:
        return JsonResponse({"error": fault_of(error)}, status=422)
    except InvalidFlow as error:
        return JsonResponse({"error": str(error)}, status=422)
    except (ValueError, TypeError, AttributeError):
        return JsonResponse({"error": _("This could not be understood.")}, status=400)
    return JsonResponse(answer)


@requires("people.view")
@require_safe
def flow_people(request: SignedInRequest) -> HttpResponse:
    """People of one's area by a part of their name, to try a flow as one of them."""
    name = request.GET.get("name", "").strip()
    found = contacts_of(request.user.area_id).filter(name__icontains=name).order_by("name")[:FOUND]
    people = [
        {"id": str(each.id), "name": each.name, "about": each.fields.get("facility") or ""}
        for each in (found if name else [])
    ]
    if people:
        record_audit("people.listed", "to try a flow", request=request, people=len(people))
    return JsonResponse({"people": people})


def _step(request: SignedInRequest, simulator: Simulator, asked: Json) -> Json:
    """Begins a conversation, or goes on with the one whose sealed state came along."""
    at = _moment(asked.get("at"))
    web = WebAnswer(
        status=_status(asked.get("web_status")), body=str(asked.get("web_body") or "{}")[:100_000]
    )
    opened: Json = {}
    text = str(asked.get("text") or "")[:LONGEST_ANSWER]
    if token := asked.get("state"):
        opened = _opened(request, simulator.flow, token)
        if asked.get("silent"):
            simulation = simulator.be_silent(opened["state"], at=at, answer=web)
        else:
            simulation = simulator.say(opened["state"], text, at=at, answer=web)
    else:
        simulation = simulator.begin(
            _contact(request, simulator.flow, asked.get("contact")), at=at, answer=web
        )
    said = [
        *(opened.get("said") or []),
        *_said(simulation, text if opened and not asked.get("silent") else ""),
    ]
    return {
        "state": _sealed(request, simulator.flow, {"state": simulation.state, "said": said}),
        "said": said,
        "new": len(opened.get("said") or []),
        "is_waiting": simulation.is_waiting,
        "can_time_out": _can_time_out(simulation),
        "status": simulation.state["session"]["status"],
        "flow": simulation.flow_uuid,
        "node": simulation.node_uuid,
        "ways": simulation.ways,
        "contact": simulation.state["contact"].get("name") or "",
        "results": [
            {"name": each.get("name"), "value": each.get("value"), "category": each.get("category")}
            for each in simulation.results.values()
        ],
    }


def _contact(request: SignedInRequest, flow: Flow, identity: object) -> Json:
    if not identity:
        return example_contact()
    if not request.user.may("people.view"):
        raise Http404
    try:
        chosen = contacts_of(request.user.area_id).get(id=str(identity))
    except (Contact.DoesNotExist, ValueError) as error:
        raise Http404 from error
    record_audit("flow.tried", f"flow {flow.id}", request=request, people=1, contact=str(chosen.id))
    return contact_of(chosen)


def _moment(text: object) -> datetime:
    """The date and time that was chosen, in the country's zone; this moment when none was."""
    found = parse_datetime(str(text)) if text else None
    if found is None:
        return now()
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(workspace().time_zone))


def _status(text: object) -> int:
    try:
        status = int(str(text or 200))
    except ValueError:
        return 200
    return status if 100 <= status <= 599 else 200


def _sealed(request: SignedInRequest, flow: Flow, held: Json) -> str:
    return signing.dumps(
        {"user": str(request.user.id), "flow": str(flow.id), **held}, salt=SALT, compress=True
    )


def _opened(request: SignedInRequest, flow: Flow, token: object) -> Json:
    try:
        held: Json = signing.loads(str(token), salt=SALT, max_age=LONGEST)
    except signing.BadSignature as error:
        raise Http404 from error
    if held["user"] != str(request.user.id) or held["flow"] != str(flow.id):
        raise Http404
    return held


def _can_time_out(simulation: Simulation) -> bool:
    waits = [event for event in simulation.events if event["type"] == "msg_wait"]
    return simulation.is_waiting and bool(waits and waits[-1].get("timeout_seconds"))


# What was said and done, in the order it happened.


def _said(simulation: Simulation, text: str) -> list[Json]:
    said: list[Json] = [{"kind": "theirs", "text": text}] if text else []
    for event in simulation.events:
        if event["type"] == "msg_created":
            message = event["msg"]
            replies = [each.get("text", "") for each in message.get("quick_replies") or []]
            said.append({"kind": "ours", "text": message["text"], "replies": replies})
        elif event["type"] in ("error", "failure", "warning"):
            said.append({"kind": "error", "text": event["text"]})
        elif words := _words(event):
            said.append({"kind": "deed", "text": words})
    if not simulation.is_waiting:
        said.append({"kind": "deed", "text": _("The conversation is over.")})
    return said


def _words(event: Json) -> str:
    say = _WORDS.get(event["type"])
    return say(event) if say else ""


def _groups(event: Json) -> str:
    added = ", ".join(each["name"] for each in event.get("groups_added") or [])
    removed = ", ".join(each["name"] for each in event.get("groups_removed") or [])
    words = [_("Added to %(lists)s.") % {"lists": added}] if added else []
    return " ".join([*words, *([_("Taken out of %(lists)s.") % {"lists": removed}] if removed else [])])


def _result(event: Json) -> str:
    values = {
        "name": event["name"],
        "value": event.get("value") or "–",
        "category": event.get("category") or "–",
    }
    return _("%(name)s: %(value)s, understood as %(category)s.") % values


_WORDS: dict[str, Callable[[Json], str]] = {
    "run_result_changed": _result,
    "contact_name_changed": lambda e: _("The name is now %(name)s.") % {"name": e.get("name") or "–"},
    "contact_language_changed": lambda e: (
        _("The language is now %(language)s.") % {"language": e.get("language") or "–"}
    ),
    "contact_status_changed": lambda _e: _("Whether the person can be texted has changed."),
    "contact_field_changed": lambda e: (
        _("%(fact)s is now %(value)s.")
        % {"fact": e["field"]["name"], "value": (e.get("value") or {}).get("text") or "–"}
    ),
    "contact_groups_changed": _groups,
    "input_labels_added": lambda e: (
        _("Marked with %(labels)s.") % {"labels": ", ".join(each["name"] for each in e["labels"])}
    ),
    "webhook_called": lambda e: _("Asked %(url)s (not really).") % {"url": e.get("url") or ""},
    "email_sent": lambda _e: _("An e-mail would leave."),
    "broadcast_created": lambda _e: _("A message to other people would leave."),
    "session_triggered": lambda e: (
        _("%(flow)s would start with other people.") % {"flow": (e.get("flow") or {}).get("name") or ""}
    ),
    "msg_wait": lambda _e: _("Waits for an answer."),
}
