"""What would come in with an export file: what is new, what is here already, what cannot be carried."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from mhero.flows.definition.checks import is_uuid, mapping
from mhero.flows.definition.exports import Export, read_export
from mhero.flows.definition.flow import Flow as Definition
from mhero.flows.definition.inspect import references
from mhero.flows.errors import InvalidDefinition
from mhero.messaging.circumstances import rules
from mhero.messaging.definitions import kept, with_ids
from mhero.messaging.errors import InvalidFlow, NotAnExport
from mhero.messaging.flow_files.searches import fields_of, read_query
from mhero.messaging.models import (
    Campaign,
    CampaignPoint,
    ContactField,
    FieldType,
    Flow,
    Global,
    Group,
    Label,
    OffsetUnit,
    SMSChannel,
    Trigger,
    TriggerType,
)
from mhero.messaging.queries.flows import REGISTRY_FIELDS
from mhero.messaging.stop import START_WORDS, plain
from mhero.platform.ids import new_id

Json = dict[str, Any]

#: RapidPro's letters for what starts a flow.
TRIGGERS = {"K": TriggerType.KEYWORD, "C": TriggerType.CATCH_ALL, "N": TriggerType.NEW_CONVERSATION}
#: Letters that older files have for them.
OLDER_FIELD_TYPES = {"T": "text", "N": "number", "D": "datetime", "S": "state", "I": "district", "W": "ward"}
#: What reminders may count from without a field.
DATES_OF_EVERYBODY = ("created_on", "last_seen_on")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,35}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """One thing of the file."""

    name: str
    #: Its id or key here: that of what is here already, or a new one.
    id: str
    #: Whether it is here already, so that it stays as it is; a flow gets a new revision.
    is_here: bool = False
    #: What it is: a definition, a query, a type, a trigger.
    what: Any = None


@dataclass(kw_only=True)
class Plan:
    """Everything that a file would bring."""

    site: str = ""
    flows: list[Coming] = field(default_factory=list)
    fields: list[Coming] = field(default_factory=list)
    groups: list[Coming] = field(default_factory=list)
    labels: list[Coming] = field(default_factory=list)
    globals: list[Coming] = field(default_factory=list)
    triggers: list[Coming] = field(default_factory=list)
    #: Reminders, as pages call them.
    campaigns: list[Coming] = field(default_factory=list)
    #: What cannot be carried: where, and why.
    problems: list[tuple[str, str]] = field(default_factory=list)


def plan_import(content: bytes) -> Plan:
    """What the file would bring. Raises NotAnExport when it holds no flows at all."""
    try:
        data = json.loads(content)
        export = read_export(data, uuid=lambda: str(new_id()))
    except (ValueError, RecursionError) as error:
        raise NotAnExport(_("This file is not JSON, as flows are.")) from error
    except InvalidDefinition as error:
        raise NotAnExport(str(error)) from error
    if not export.flows and not export.problems and not export.campaigns:
        raise NotAnExport(_("There are no flows in this file."))
    plan = Plan(site=export.site)
    plan.problems += [(problem.where, problem.message) for problem in export.problems]
    found = _References(export)
    ours = _Ours()
    changed: dict[str, str] = {}
    for item in found.fields.values():
        _field(item, ours, plan)
    plan.globals = [Coming(name=key, id=key) for key in found.globals if key not in ours.globals]
    plan.groups = _matched(found.groups.values(), ours.groups, changed)
    plan.labels = _matched(found.labels.values(), ours.labels, changed)
    _channels(found.channels.values(), ours.channels, changed, plan)
    for name in found.unread:
        plan.problems.append((name, _("Its search is not understood, so the list comes in empty.")))
    _others(found, plan)
    _flows(export.flows, ours.flows, changed, plan)
    known = {coming.id for coming in plan.flows} | set(ours.flows)
    _absent_flows(found, changed, known, plan)
    for item in export.triggers:
        _trigger(with_ids(item, changed), known, plan)
    for item in export.campaigns:
        _campaign(with_ids(item, changed), known, plan)
    return plan


class _Ours:
    """What is here, by id, with its name."""

    def __init__(self) -> None:
        flows = Flow.objects.order_by("is_archived", "-changed_at")
        self.flows = {str(key): name for key, name in flows.values_list("id", "name")}
        self.groups = {str(key): name for key, name in Group.objects.values_list("id", "name")}
        self.labels = {str(key): name for key, name in Label.objects.values_list("id", "name")}
        self.channels = {str(key): name for key, name in SMSChannel.objects.values_list("id", "name")}
        self.fields = {**REGISTRY_FIELDS, **dict(ContactField.objects.values_list("key", "name"))}
        self.globals = set(Global.objects.values_list("key", flat=True))


class _References:
    """All that the flows of a file refer to, each once, with what the file itself says of it."""

    def __init__(self, export: Export) -> None:
        self.groups: dict[str, Json] = {}
        self.fields: dict[str, Json] = {}
        self.labels: dict[str, Json] = {}
        self.channels: dict[str, Json] = {}
        self.flows: dict[str, Json] = {}
        self.globals: dict[str, Json] = {}
        #: Kinds that we have nothing for.
        self.others: dict[tuple[str, str], Json] = {}
        #: Lists whose search cannot be understood.
        self.unread: list[str] = []
        for item in export.fields:
            self._add("field", item)
        for item in export.groups:
            self._add_group(item)
        for trigger in export.triggers:
            for item in [*_list(trigger, "groups"), *_list(trigger, "exclude_groups")]:
                self._add("group", item)
        for campaign in export.campaigns:
            self._add_group(mapping(campaign.get("group")))
            for event in _list(campaign, "events"):
                about = mapping(event.get("relative_to"))
                if about.get("key") not in DATES_OF_EVERYBODY:
                    self._add(
                        "field", {"key": about.get("key"), "name": about.get("label"), "type": "datetime"}
                    )
        for flow in export.flows:
            for reference in references(flow):
                self._add(reference.kind, reference.shown)

    def _add_group(self, item: Json) -> None:
        query = read_query(item)
        self._add("group", {**item, "query": str(query) if query else ""})
        if item.get("query") and not query:
            self.unread.append(str(item.get("name") or item.get("uuid")))
        for field_ in fields_of(query) if query else ():
            self._add("field", field_)

    def _add(self, kind: str, item: Json) -> None:
        identity = str(item.get("key") or item.get("uuid") or "")
        kinds: dict[str, dict[str, Json]] = {
            "group": self.groups,
            "field": self.fields,
            "label": self.labels,
            "channel": self.channels,
            "flow": self.flows,
            "global": self.globals,
        }
        if not identity:
            return
        if kind not in kinds:
            self.others.setdefault((kind, identity), item)
            return
        kept = kinds[kind].setdefault(
            identity, {**item, "type": item.get("type") if kind == "field" else kind}
        )
        if kind == "field" and kept.get("type") == "field":
            kept["type"] = "text"
        if not kept.get("name") and item.get("name"):
            kept["name"] = item["name"]


def _list(item: Json, name: str) -> list[Json]:
    return [each for each in item.get(name) or [] if isinstance(each, dict)]


def _field(item: Json, ours: _Ours, plan: Plan) -> None:
    key = str(item["key"])
    if not _KEY.match(key):
        plan.problems.append((key, _("This cannot be the name of something known about people.")))
        return
    if key in ours.fields:
        plan.fields.append(Coming(name=ours.fields[key], id=key, is_here=True))
        return
    name = str(item.get("name") or item.get("label") or key.replace("_", " ").capitalize())[:36]
    taken = [*ours.fields.values(), *(coming.name for coming in plan.fields)]
    if name.casefold() in map(str.casefold, taken):
        name = key
    kind = OLDER_FIELD_TYPES.get(str(item.get("type")), item.get("type"))
    plan.fields.append(Coming(name=name, id=key, what=kind if kind in FieldType.values else "text"))


def _matched(items: Iterable[Json], ours: dict[str, str], changed: dict[str, str]) -> list[Coming]:
    """Each as what is here with its id, else with its name; `changed` is told of other ids."""
    by_name = {name.casefold(): key for key, name in ours.items()}
    found: dict[str, Coming] = {}
    for item in items:
        theirs = item["uuid"]
        name = str(item.get("name") or theirs)[:64]
        here = theirs if theirs in ours else by_name.get(name.casefold(), "")
        identity = here or theirs
        if identity != theirs:
            changed[theirs] = identity
        by_name.setdefault(name.casefold(), identity)
        coming = Coming(
            name=ours.get(here, name), id=identity, is_here=here in ours, what=item.get("query") or ""
        )
        found.setdefault(identity, coming)
    return list(found.values())


def _channels(items: Iterable[Json], ours: dict[str, str], changed: dict[str, str], plan: Plan) -> None:
    by_name = {name.casefold(): key for key, name in ours.items()}
    for item in items:
        if item["uuid"] in ours:
            continue
        name = str(item.get("name") or item["uuid"])
        if name.casefold() in by_name:
            changed[item["uuid"]] = by_name[name.casefold()]
        else:
            plan.problems.append((name, _("There is no SMS channel of this name here.")))


def _others(found: _References, plan: Plan) -> None:
    for (kind, identity), item in found.others.items():
        # People are not carried: who has which number is the registry's to say.
        words = (
            _("People are not carried with flows.")
            if kind == "contact"
            else _("mHero has nothing of this kind.")
        )
        plan.problems.append((f"{kind} {item.get('name') or identity}", words))


def _flows(flows: Iterable[Definition], ours: dict[str, str], changed: dict[str, str], plan: Plan) -> None:
    by_name: dict[str, str] = {}
    for key, name in ours.items():
        by_name.setdefault(name.casefold(), key)
    coming: dict[str, tuple[Definition, bool]] = {}
    for flow in flows:
        here = flow.uuid if flow.uuid in ours else by_name.get(flow.name.casefold(), "")
        if here in coming:
            # Two flows of one name in one file: only the first can be the one that is here.
            here = ""
        identity = here or flow.uuid
        if identity in coming:
            plan.problems.append((flow.name, _("It is in the file twice.")))
            continue
        if identity != flow.uuid:
            changed[flow.uuid] = identity
        coming[identity] = flow, bool(here)
    for identity, (flow, is_here) in coming.items():
        try:
            definition = kept(with_ids(flow.definition, changed), UUID(identity))
        except InvalidFlow as error:
            plan.problems.append((flow.name, str(error)))
            continue
        plan.flows.append(Coming(name=flow.name, id=identity, is_here=is_here, what=definition))


def _absent_flows(found: _References, changed: dict[str, str], known: set[str], plan: Plan) -> None:
    """Flows that others enter, and that are neither in the file nor here."""
    for theirs, item in found.flows.items():
        if changed.get(theirs, theirs) not in known:
            plan.problems.append(
                (str(item.get("name") or theirs), _("Another flow leads to it, but it is not in the file."))
            )


def _trigger(item: Json, known: set[str], plan: Plan) -> None:
    flow = mapping(item.get("flow"))
    name = str(flow.get("name") or "")
    kind = TRIGGERS.get(str(item.get("trigger_type")))
    keywords = [word for word in map(plain, map(str, item.get("keywords") or [])) if word][:20]
    where = _("What starts %(flow)s") % {"flow": name or _("a flow")}
    if kind is None:
        plan.problems.append((where, _("Flows are not started in this way here.")))
        return
    if str(flow.get("uuid")) not in known:
        return  # The file's own problem says so already.
    free = keywords
    if kind == TriggerType.KEYWORD:
        free = [word for word in keywords if not is_taken(word, item)]
        for word in keywords:
            if word not in free:
                plan.problems.append((where, _("“%(word)s” means something else here.") % {"word": word}))
        if not keywords:
            plan.problems.append((where, _("It names no word.")))
        if not free:
            return
    elif is_taken("", {**item, "type": kind}):
        plan.problems.append((where, _("Something else starts in this way here.")))
        return
    words = ", ".join(free) if kind == TriggerType.KEYWORD else str(kind.label)
    what = {**item, "type": kind, "keywords": free}
    plan.triggers.append(Coming(name=words, id=str(flow["uuid"]), what=what))


def is_taken(word: str, item: Json) -> bool:
    """Whether the word, or without one such a start, leads the same people elsewhere already."""
    if word in {plain(each) for each in (*rules().stop_words, *START_WORDS)}:
        return True
    others = Trigger.objects.filter(is_archived=False, flow__is_archived=False)
    others = others.filter(type=item.get("type", TriggerType.KEYWORD))
    others = others.exclude(flow_id=item["flow"]["uuid"]).prefetch_related("groups")
    groups = {str(group.get("uuid")) for group in _list(item, "groups")}
    return any(
        (not word or word in map(plain, other.keywords))
        and {str(each.id) for each in other.groups.all()} == groups
        for other in others
    )


def _campaign(item: Json, known: set[str], plan: Plan) -> None:
    name = str(item.get("name") or _("reminders"))[:64]
    identity = str(item.get("uuid") or "")
    group = mapping(item.get("group")).get("uuid")
    if not is_uuid(identity) or not group:
        plan.problems.append((name, _("It does not say whom it is for.")))
        return
    here = Campaign.objects.filter(Q(id=identity) | Q(name__iexact=name), is_archived=False).first()
    if here:
        plan.campaigns.append(Coming(name=name, id=str(here.id), is_here=True))
        return
    points = [point for event in _list(item, "events") if (point := _point(event, name, known, plan))]
    plan.campaigns.append(Coming(name=name, id=identity, what={"group": group, "points": points}))


def _point(event: Json, name: str, known: set[str], plan: Plan) -> Json | None:
    """What a point of a campaign is made of, but for its campaign."""
    flow, about = mapping(event.get("flow")), mapping(event.get("relative_to"))
    texts = event.get("message")
    base = str(event.get("base_language") or "eng")
    if isinstance(texts, str):
        texts = {base: texts}
    is_flow = event.get("event_type") == "F"
    fits = str(flow.get("uuid")) in known if is_flow else bool(texts)
    offset, hour = event.get("offset"), event.get("delivery_hour", CampaignPoint.NO_HOUR)
    if not fits or event.get("unit") not in OffsetUnit.values or not about.get("key"):
        plan.problems.append((name, _("One of its moments cannot be carried.")))
        return None
    texts = {} if is_flow else mapping(texts)
    # Older files have a text for "base", whatever language that is.
    texts = {("eng" if code == "base" else code): str(text) for code, text in texts.items()}
    base = "eng" if base == "base" else base
    return {
        "id": event["uuid"] if is_uuid(event.get("uuid")) else str(new_id()),
        "relative_to": about["key"],
        "offset": offset if isinstance(offset, int) else 0,
        "unit": event["unit"],
        "delivery_hour": hour if isinstance(hour, int) and -1 <= hour <= 23 else CampaignPoint.NO_HOUR,
        "flow_id": flow["uuid"] if is_flow else None,
        "texts": texts,
        "base_language": base if base in texts or is_flow else next(iter(texts)),
        "start_mode": "I" if event.get("start_mode") == "I" else "S",
    }
