"""Writing flows as a file that RapidPro reads, with all that they need."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from mhero.flows.definition.inspect import references
from mhero.messaging.definitions import check
from mhero.messaging.flow_files.plan import DATES_OF_EVERYBODY, TRIGGERS
from mhero.messaging.models import Campaign, CampaignPoint, ContactField, Flow, Group, Trigger, TriggerType
from mhero.messaging.queries.flows import REGISTRY_FIELDS, definition_of

Json = dict[str, Any]

#: Of the file; each flow has its own.
VERSION = "13"
LETTERS = {kind: letter for letter, kind in TRIGGERS.items()}
MATCHES = {"only": "O", "first": "F"}


def export_flows(flow_ids: Iterable[UUID]) -> Json:
    """An export file of the newest revisions, with the flows that they start, triggers, fields and groups."""
    flows = _with_those_they_start(_with_those_of_reminders(set(flow_ids)))
    ids = [flow["uuid"] for flow in flows]
    triggers = [_trigger(trigger) for trigger in _triggers(ids)]
    campaigns = [_campaign(campaign) for campaign in _campaigns(ids)]
    found = _References(flows, triggers, campaigns)
    return {
        "version": VERSION,
        "site": settings.CONFIGURATION.public_url,
        "flows": flows,
        "campaigns": campaigns,
        "triggers": triggers,
        "fields": [_field(key) for key in sorted(found.fields)],
        "groups": [
            {"uuid": str(group.id), "name": group.name, "query": group.query or None}
            for group in Group.objects.filter(id__in=found.groups).order_by("name")
        ],
    }


def _with_those_of_reminders(wanted: set[UUID]) -> list[UUID]:
    """The flows, and the others of the reminders that they are part of: these are carried whole."""
    points = CampaignPoint.objects.filter(campaign__in=_campaigns(wanted), is_archived=False)
    return list(wanted | set(points.exclude(flow=None).values_list("flow_id", flat=True)))


def _campaigns(flow_ids: Iterable[UUID | str]) -> QuerySet[Campaign]:
    """The reminders in which one of the flows is started."""
    points = CampaignPoint.objects.filter(flow_id__in=flow_ids, is_archived=False)
    found = Campaign.objects.filter(is_archived=False, points__in=points).distinct()
    return found.select_related("group").order_by("created_at", "id")


def _with_those_they_start(wanted: list[UUID]) -> list[Json]:
    found: dict[UUID, Json] = {}
    while wanted:
        started: set[str] = set()
        for flow in Flow.objects.filter(id__in=wanted).order_by("name", "id"):
            found[flow.id] = definition = definition_of(flow)
            for node in definition.get("nodes") or []:
                for action in node.get("actions") or []:
                    if isinstance(action.get("flow"), dict):
                        started.add(str(action["flow"].get("uuid")))
        wanted = [
            key
            for key in Flow.objects.filter(id__in=started).values_list("id", flat=True)
            if key not in found
        ]
    return list(found.values())


class _References:
    """The fields and groups that flows and triggers refer to."""

    def __init__(self, flows: list[Json], triggers: list[Json], campaigns: list[Json]) -> None:
        self.fields: set[str] = set()
        self.groups: set[str] = set()
        for definition in flows:
            checked = check(definition)
            for reference in references(checked.flow) if checked.flow else ():
                if reference.kind == "field":
                    self.fields.add(reference.identity)
                elif reference.kind == "group":
                    self.groups.add(reference.identity)
        for trigger in triggers:
            self.groups |= {group["uuid"] for group in (*trigger["groups"], *trigger["exclude_groups"])}
        for campaign in campaigns:
            self.groups.add(campaign["group"]["uuid"])
            about = {event["relative_to"]["key"] for event in campaign["events"]}
            self.fields |= about - set(DATES_OF_EVERYBODY)


def _field(key: str) -> Json:
    field = ContactField.objects.filter(key=key).first()
    if field is None:
        return {"key": key, "name": REGISTRY_FIELDS.get(key, key), "type": "text"}
    return {"key": key, "name": field.name, "type": field.type}


def _triggers(flow_ids: list[str]) -> Iterable[Trigger]:
    found = Trigger.objects.filter(flow_id__in=flow_ids, is_archived=False).order_by("created_at", "id")
    return found.select_related("flow", "sms_channel").prefetch_related("groups", "excluded_groups")


def _trigger(trigger: Trigger) -> Json:
    channel = trigger.sms_channel
    return {
        "trigger_type": LETTERS[TriggerType(trigger.type)],
        "flow": {"uuid": str(trigger.flow_id), "name": trigger.flow.name},
        "channel": {"uuid": str(channel.id), "name": channel.name} if channel else None,
        "groups": [_group(group) for group in trigger.groups.all()],
        "exclude_groups": [_group(group) for group in trigger.excluded_groups.all()],
        "keywords": trigger.keywords,
        "match_type": MATCHES[trigger.match],
    }


def _campaign(campaign: Campaign) -> Json:
    points = campaign.points.filter(is_archived=False).select_related("flow").order_by("created_at", "id")
    names = dict(ContactField.objects.values_list("key", "name"))
    return {
        "uuid": str(campaign.id),
        "name": campaign.name,
        "group": _group(campaign.group),
        "events": [_event(point, names) for point in points],
    }


def _event(point: CampaignPoint, names: dict[str, str]) -> Json:
    event: Json = {
        "uuid": str(point.id),
        "offset": point.offset,
        "unit": point.unit,
        "event_type": "F" if point.flow else "M",
        "delivery_hour": point.delivery_hour,
        "relative_to": {"key": point.relative_to, "label": names.get(point.relative_to, point.relative_to)},
        "start_mode": point.start_mode,
    }
    if point.flow:
        return {**event, "flow": {"uuid": str(point.flow.id), "name": point.flow.name}}
    return {**event, "message": point.texts, "base_language": point.base_language}


def _group(group: Group) -> Json:
    return {"uuid": str(group.id), "name": group.name}
