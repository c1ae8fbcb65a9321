"""What contact queries may name at this moment, and what dates and places mean here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import random
from typing import Any
from zoneinfo import ZoneInfo

from mhero.accounts.queries import workspace
from mhero.flows.environment import Environment
from mhero.flows.locations import hierarchy
from mhero.flows.modifiers import parse_field_value
from mhero.flows.queries import Query, parse
from mhero.flows.references import ContactField, Group, References
from mhero.messaging import models
from mhero.messaging.places import tree
from mhero.platform.clock import now


@dataclass(frozen=True, kw_only=True)
class Known:
    """Fields, groups and flows as they stood at one moment. The engine's `Resolver`."""

    references: References
    #: By its name in lower case: the ids of the flows that have it.
    flows: Mapping[str, list[str]]
    environment: Environment
    _values: dict[tuple[str, str], dict[str, Any] | None] = field(default_factory=dict)

    def field(self, key: str) -> ContactField | None:
        return self.references.fields.get(key)

    def group(self, name: str) -> Group | None:
        return self.references.group_named(name)

    def has_flow(self, name: str) -> bool:
        return name.strip().lower() in self.flows

    def query(self, text: str) -> Query:
        """The query that a text is; raises the engine's `QueryError`."""
        return parse(text, self.environment, self)

    def value(self, field: ContactField, text: str) -> dict[str, Any] | None:
        """The engine's value of a field whose text this is."""
        if field.type == "text":
            return {"text": text} if text.strip() else None
        key = (field.type, text)
        if key not in self._values:
            self._values[key] = parse_field_value(self.environment, text, field)
        return self._values[key]


def known() -> Known:
    """Reads it."""
    ours = workspace()
    places = tree()
    flows: dict[str, list[str]] = {}
    for flow_id, name in models.Flow.objects.values_list("id", "name"):
        flows.setdefault(name.lower(), []).append(str(flow_id))
    return Known(
        references=References(
            fields={
                one.key: ContactField(key=one.key, name=one.name, type=one.type, uuid=str(one.id))
                for one in models.ContactField.objects.all()
            },
            groups={
                str(one.id): Group(uuid=str(one.id), name=one.name, query=one.query)
                for one in models.Group.objects.only("id", "name", "query")
            },
            globals={
                one.key: {"key": one.key, "name": one.name, "value": one.value}
                for one in models.Global.objects.all()
            },
        ),
        flows=flows,
        environment=Environment(
            timezone=ZoneInfo(ours.time_zone),
            default_country=ours.country_code,
            locations=hierarchy(places) if places else None,
            now=now,
            random=random,
        ),
    )
