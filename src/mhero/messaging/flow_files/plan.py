"""What would come in with an export file: what is new, what is here already, what cannot be carried."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mhero.flows.definition.exports import read_export
from mhero.flows.definition.flow import Flow as Definition
from mhero.flows.definition.inspect import references
from mhero.flows.errors import InvalidDefinition
from mhero.messaging.definitions import kept, with_ids
from mhero.messaging.errors import InvalidFlow, NotAnExport
from mhero.messaging.models import (
    ContactField,
    FieldType,
    Flow,
    Global,
    Group,
    Label,
    SMSChannel,
    TriggerType,
)
from mhero.messaging.queries.flows import REGISTRY_FIELDS
from mhero.messaging.stop import plain
from mhero.platform.ids import new_id

Json = dict[str, Any]

#: RapidPro's letters for what starts a flow.
TRIGGERS = {"K": TriggerType.KEYWORD, "C": TriggerType.CATCH_ALL, "N": TriggerType.NEW_CONVERSATION}
#: Letters that older files have for them.
OLDER_FIELD_TYPES = {"T": "text", "N": "number", "D": "datetime", "S": "state", "I": "district", "W": "ward"}
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
    if not export.flows and not export.problems:
        raise NotAnExport(_("There are no flows in this file."))
    plan = Plan(site=export.site)
    plan.problems += [(problem.where, problem.message) for problem in export.problems]
    found = _References(export.flows, export.groups, export.fields, export.triggers)
    ours = _Ours()
    changed: dict[str, str] = {}
    for item in found.fields.values():
        _field(item, ours, plan)
    plan.globals = [Coming(name=key, id=key) for key in found.globals if key not in ours.globals]
    plan.groups = _matched(found.groups.values(), ours.groups, changed)
    plan.labels = _matched(found.labels.values(), ours.labels, changed)
    _channels(found.channels.values(), ours.channels, changed, plan)
    _others(found, plan)
    _flows(export.flows, ours.flows, changed, plan)
    known = {coming.id for coming in plan.flows} | set(ours.flows)
    _absent_flows(found, changed, known, plan)
    plan.triggers = [
        coming for item in export.triggers if (coming := _trigger(with_ids(item, changed), known, plan))
    ]
    for campaign in export.campaigns:
        plan.problems.append((str(campaign.get("name") or _("campaign")), _("Campaigns are not carried.")))
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

    def __init__(
        self, flows: Iterable[Definition], groups: list[Json], fields: list[Json], triggers: list[Json]
    ) -> None:
        self.groups: dict[str, Json] = {}
        self.fields: dict[str, Json] = {}
        self.labels: dict[str, Json] = {}
        self.channels: dict[str, Json] = {}
        self.flows: dict[str, Json] = {}
        self.globals: dict[str, Json] = {}
        #: Kinds that we have nothing for.
        self.others: dict[tuple[str, str], Json] = {}
        for item in fields:
            self._add("field", item)
        for item in groups:
            self._add("group", item)
        for trigger in triggers:
            for item in [*_list(trigger, "groups"), *_list(trigger, "exclude_groups")]:
                self._add("group", item)
        for flow in flows:
            for reference in references(flow):
                self._add(reference.kind, reference.shown)

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


def _trigger(item: Json, known: set[str], plan: Plan) -> Coming | None:
    flow = item.get("flow") if isinstance(item.get("flow"), dict) else {}
    name = str((flow or {}).get("name") or "")
    kind = TRIGGERS.get(str(item.get("trigger_type")))
    keywords = [word for word in map(plain, map(str, item.get("keywords") or [])) if word][:20]
    where = _("What starts %(flow)s") % {"flow": name or _("a flow")}
    if kind is None:
        plan.problems.append((where, _("Flows are not started in this way here.")))
        return None
    if not flow or str(flow.get("uuid")) not in known:
        return None  # The file's own problem says so already.
    if kind == TriggerType.KEYWORD and not keywords:
        plan.problems.append((where, _("It names no word.")))
        return None
    words = ", ".join(keywords) if kind == TriggerType.KEYWORD else str(kind.label)
    return Coming(name=words, id=str(flow["uuid"]), what={**item, "type": kind, "keywords": keywords})
