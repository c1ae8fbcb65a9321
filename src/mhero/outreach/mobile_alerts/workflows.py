"""Flows and their runs as emNutt has them: Basic resources with extensions."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet

from mhero.messaging.models import Flow, FlowRun
from mhero.messaging.queries.flows import published_definition, startable_flows
from mhero.outreach.fhir.answers import Answer, Caller, known_id, page_of
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.searching import Query, not_known, read_search
from mhero.outreach.mobile_alerts.documents import PROFILES
from mhero.outreach.mobile_alerts.models import AlertRecipient, AlertRequest
from mhero.registry.fhir.documents import instant
from mhero.registry.fhir.errors import NotHere, NotUnderstood
from mhero.registry.fhir.parameters import reference_ids

#: RapidPro's default, in minutes, for a definition that says nothing.
_EXPIRES: Final = 10080
_WORKFLOWS: Final = "mhero-workflows"
_RUNS: Final = "mhero-flow-run"


def search_basic(query: Query, caller: Caller) -> Answer:
    """The flows that can be started, or with their profile the runs that the caller began."""
    profile = next((value for name, value in query if name == "_profile"), "").lower().rpartition("/")[2]
    if profile not in ("", _WORKFLOWS, _RUNS):
        raise NotUnderstood(f"Basic can be searched with the profile {_WORKFLOWS} or {_RUNS}.")
    return _search_runs(query, caller) if profile == _RUNS else _search_flows(query, caller)


def read_basic(id: str, caller: Caller) -> Answer:
    flow = startable_flows().filter(id=known_id(id)).first()
    if flow is not None:
        return Answer(body=_flow_documents([flow])[0])
    runs = list(_runs(caller).filter(id=known_id(id)))
    if not runs:
        raise NotHere
    caller.audit("alerts.read", "Basic", people=1)
    return Answer(body=_run_documents(runs, caller)[0])


def _search_flows(query: Query, caller: Caller) -> Answer:
    search = read_search(query)
    flows = startable_flows()
    for criterion in search.criteria:
        if criterion.name == "_id":
            flows = flows.filter(id__in=reference_ids(criterion.values))
        elif criterion.name == "name":
            flows = flows.filter(name__icontains=criterion.value)
        elif criterion.name != "code":
            raise not_known("Basic", criterion.name, ("_id", "name"))
    return page_of("Basic", flows, search, caller, _flow_documents)


def _search_runs(query: Query, caller: Caller) -> Answer:
    search = read_search(query)
    runs = _runs(caller)
    for criterion in search.criteria:
        if criterion.name != "_id":
            raise not_known("Basic", criterion.name, ("_id",))
        runs = runs.filter(id__in=reference_ids(criterion.values))

    def show(rows: Sequence[FlowRun]) -> list[Json]:
        caller.audit("alerts.read", "Basic", people=len(rows))
        return _run_documents(rows, caller)

    return page_of("Basic", runs, search, caller, show)


def _runs(caller: Caller) -> QuerySet[FlowRun]:
    """Those that requests of the caller began."""
    sends = AlertRequest.objects.filter(client_id=caller.client_id, broadcast__isnull=False)
    return FlowRun.objects.filter(broadcast_id__in=sends.values("broadcast_id"))


def _run_documents(runs: Sequence[FlowRun], caller: Caller) -> list[Json]:
    recipients = AlertRecipient.objects.filter(
        request__client_id=caller.client_id,
        request__broadcast_id__in=[run.broadcast_id for run in runs],
        contact_id__in=[run.contact_id for run in runs],
    )
    named = {
        (one.request.broadcast_id, one.contact_id): one
        for one in recipients.select_related("request").order_by("-id")
    }
    return [_run_document(run, named[run.broadcast_id, run.contact_id]) for run in runs]


def _run_document(run: FlowRun, recipient: AlertRecipient) -> Json:
    details: list[Json] = [
        {
            "url": "CommunicationRequest",
            "valueReference": {"reference": f"CommunicationRequest/{recipient.request_id}"},
        },
        {"url": "flow", "valueReference": {"reference": f"Basic/{run.flow_id}"}},
        {"url": "recipient", "valueReference": recipient.reference},
        {"url": "responded", "valueBoolean": run.is_answered},
        {"url": "created_on", "valueDateTime": instant(run.started_at)},
        {"url": "modified_on", "valueDateTime": instant(run.changed_at)},
    ]
    if run.ended_at is not None:
        details += [
            {"url": "exit_type", "valueString": run.status},
            {"url": "exited_on", "valueDateTime": instant(run.ended_at)},
        ]
    return _basic(
        run.id,
        "mhero-flow-run",
        run.changed_at,
        "mHero Workflow Run Details",
        "mhero-flow-run-details",
        details,
    )


def _flow_documents(flows: Sequence[Flow]) -> list[Json]:
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    rows = FlowRun.objects.filter(flow__in=flows).values_list("flow_id", "status").annotate(n=Count("id"))
    for flow_id, status, number in rows.order_by():
        counts[flow_id][status] = number
    return [_flow_document(flow, counts[flow.id]) for flow in flows]


def _flow_document(flow: Flow, runs: Counter[str]) -> Json:
    definition = published_definition(flow) or {}
    summary = {
        "active": runs["waiting"],
        "completed": runs["completed"],
        "interrupted": runs["interrupted"] + runs["failed"],
        "expired": runs["expired"],
    }
    details: list[Json] = [
        {"url": "name", "valueString": flow.name},
        {"url": "uuid", "valueString": str(flow.id)},
        {"url": "flow_type", "valueString": "message"},
        {"url": "archived", "valueBoolean": flow.is_archived},
        {"url": "expires", "valueInteger": definition.get("expire_after_minutes") or _EXPIRES},
        {"url": "created_on", "valueDateTime": instant(flow.created_at)},
        {"url": "modified_on", "valueDateTime": instant(flow.changed_at)},
        {
            "extension": [{"url": name, "valueInteger": number} for name, number in summary.items()],
            "url": f"{PROFILES}/mhero-run-summary",
        },
    ]
    return _basic(
        flow.id, "mhero-workflows", flow.changed_at, "mHero Workflow", "mhero-workflows-details", details
    )


def _basic(id: UUID, profile: str, changed: datetime, code: str, extension: str, details: list[Any]) -> Json:
    return {
        "resourceType": "Basic",
        "id": str(id),
        "meta": {"lastUpdated": instant(changed), "profile": [f"{PROFILES}/{profile}"]},
        "extension": [{"extension": details, "url": f"{PROFILES}/{extension}"}],
        "code": {"text": code},
    }
