"""Flows: the list, one with its revisions, and what their definitions refer to."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from mhero.flows.assets import Assets, assets_from_json
from mhero.messaging.models import (
    ContactField,
    ConversationStatus,
    Flow,
    FlowRevision,
    FlowRun,
    Global,
    Group,
    Label,
    SMSChannel,
)

Json = dict[str, Any]

#: What the registry says of everybody, whether or not somebody made fields of it: names by keys.
REGISTRY_FIELDS = {
    "first_name": "First Name",
    "cadre": "Cadre",
    "job": "Job",
    "facility": "Facility",
    "district": "District",
    "county": "County",
}


def flows_of(*, search: str = "", archived: bool = False) -> QuerySet[Flow]:
    """The flows, those changed last first; `search` is a part of the name."""
    flows = Flow.objects.filter(is_archived=archived)
    if search:
        flows = flows.filter(name__icontains=search)
    return flows.order_by("-changed_at", "-id")


def people_in(flow_ids: list[UUID], area_id: UUID | None) -> dict[UUID, int]:
    """How many of the area's people are asked something by each flow at this moment."""
    runs = FlowRun.objects.filter(flow_id__in=flow_ids, status=ConversationStatus.WAITING)
    if area_id is not None:
        runs = runs.filter(contact__place_ids__contains=[area_id])
    counted = runs.values_list("flow_id").annotate(people=Count("contact_id", distinct=True)).order_by()
    return dict(counted)


def startable_flows() -> QuerySet[Flow]:
    """Those that people can meet, by name."""
    return Flow.objects.filter(is_archived=False, published_revision__isnull=False).order_by("name", "id")


def revision_of(flow: Flow, revision: int | None = None) -> FlowRevision:
    """A revision of it, by default the newest."""
    return flow.revisions.get(revision=flow.latest_revision if revision is None else revision)


def definition_of(flow: Flow, revision: int | None = None) -> Json:
    """Its definition, by default the newest one, under the name that the flow has now."""
    found: Json = revision_of(flow, revision).definition
    return {**found, "uuid": str(flow.id), "name": flow.name}


def published_definition(flow: Flow) -> Json | None:
    """What people meet; None for a draft."""
    return None if flow.published_revision is None else definition_of(flow, flow.published_revision)


def revisions_of(flow: Flow) -> QuerySet[FlowRevision]:
    """Without their definitions, the newest first."""
    return flow.revisions.defer("definition").order_by("-revision")


def flow_assets(*, besides: UUID | None = None) -> Assets:
    """What flows may refer to, to say what is missing. Of the flows only that they are there.

    `besides` is a flow that counts as there although it is only being made.
    """
    return assets_from_json(assets_json(besides=besides))


def assets_json(*, besides: UUID | None = None) -> Json:
    """RapidPro's assets object, with the names of flows in place of their definitions."""
    flows = Flow.objects.filter(Q(is_archived=False) | Q(id=besides)).order_by("name")
    fields = {key: {"key": key, "name": name, "type": "text"} for key, name in REGISTRY_FIELDS.items()}
    for field in ContactField.objects.order_by("name"):
        fields[field.key] = {
            "key": field.key,
            "name": field.name,
            "type": field.type,
            "uuid": str(field.id),
        }
    found: Json = {
        "flows": [{"uuid": str(key), "name": name} for key, name in flows.values_list("id", "name")],
        "fields": list(fields.values()),
        "groups": [
            {"uuid": str(key), "name": name, "query": query}
            for key, name, query in Group.objects.order_by("name").values_list("id", "name", "query")
        ],
        "labels": _named(Label.objects.order_by("name")),
        "globals": list(Global.objects.order_by("key").values("key", "name", "value")),
        "channels": [
            {"uuid": str(key), "name": name, "schemes": ["tel"], "roles": ["send", "receive"]}
            for key, name in SMSChannel.objects.order_by("created_at").values_list("id", "name")
        ],
    }
    if besides and not any(flow["uuid"] == str(besides) for flow in found["flows"]):
        found["flows"].append({"uuid": str(besides), "name": ""})
    return found


def _named(rows: QuerySet[Any]) -> list[Json]:
    return [{"uuid": str(key), "name": name} for key, name in rows.values_list("id", "name")]
