"""Contacts in a batch: what is known of them, as the engine wants it, and what a conversation changed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from mhero.flows import times
from mhero.messaging.conversations.published import Published
from mhero.platform.phones import operator_of

Json = dict[str, Any]
#: Our states of a contact as the engine knows them. Whoever left is quiet, without having asked for it.
STATUSES = {"active": "active", "stopped": "stopped", "left": "archived"}


@dataclass(kw_only=True, slots=True)
class Held:
    """A session in memory: what its row holds."""

    id: UUID
    contact_id: UUID
    flow_id: UUID
    broadcast_id: UUID | None
    sms_channel_id: UUID
    status: str = "waiting"
    reason: str = ""
    #: The engine's own state while it waits.
    state: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    timeout_at: datetime | None = None
    expires_at: datetime | None = None
    answered_at: datetime | None = None
    answers: int = 0
    #: Of the runs that were there before this batch, whether each had ended.
    ended_runs: dict[str, bool] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Participant:
    """One contact of a batch, locked until its end."""

    id: UUID
    number: str
    name: str
    language: str
    status: str
    #: The registry's.
    fields: dict[str, str]
    #: What conversations and officers set; before the registry's, where both have one.
    own_fields: dict[str, str]
    created_at: datetime
    seen_at: datetime | None
    #: Messages of ours to them in the last minutes, that no officer wrote.
    recent: int = 0
    groups: set[UUID] = field(default_factory=set)
    #: The conversation in which an answer of theirs is awaited.
    session: Held | None = None
    #: Whether something of theirs waits for another system: what comes later waits behind it.
    is_busy: bool = False
    #: How many there were in this batch.
    sprints: int = 0
    #: What the engine made of them in this batch.
    current: Json | None = None

    @property
    def is_reachable(self) -> bool:
        return self.status == "active" and bool(self.number)

    def to_json(self, published: Published, channel_id: UUID) -> Json:
        """The engine's contact, which answers on the given channel."""
        if self.current is None:
            self.current = self._json(published)
        if self.number:
            self.current["urns"] = [f"tel:{self.number}?channel={channel_id}"]
        return self.current

    def _json(self, published: Published) -> Json:
        known = published.assets.fields
        values = {
            key: value
            for key, text in {**self.fields, **self.own_fields}.items()
            if text and key in known and (value := published.field_value(known[key], str(text)))
        }
        groups = published.assets.groups
        found: Json = {
            "uuid": str(self.id),
            "name": self.name,
            "language": self.language,
            "status": STATUSES[self.status],
            "created_on": times.written(self.created_at),
            "groups": [groups[key].reference for group in self.groups if (key := str(group)) in groups],
            "fields": values,
        }
        if self.seen_at:
            found["last_seen_on"] = times.written(self.seen_at)
        return {key: value for key, value in found.items() if value not in ("", [], {})}

    @property
    def person(self) -> dict[str, str]:
        """What answers are compared by."""
        known = {key: self.fields.get(key, "") for key in ("cadre", "county", "gender")}
        known["operator"] = operator_of(self.number)
        return {key: value for key, value in known.items() if value}


@dataclass(kw_only=True, slots=True)
class Changes:
    """What conversations changed about contacts in a batch."""

    names: dict[UUID, str] = field(default_factory=dict)
    languages: dict[UUID, str] = field(default_factory=dict)
    #: None takes the value away.
    fields: dict[UUID, dict[str, str | None]] = field(default_factory=dict)
    joined: set[tuple[UUID, UUID]] = field(default_factory=set)
    left: set[tuple[UUID, UUID]] = field(default_factory=set)
    #: Contacts by what a flow made of them: True opted in, False out.
    texted: dict[UUID, bool] = field(default_factory=dict)

    def take(self, participant: Participant, event: Json, published: Published) -> Json | None:
        """Takes note of an event; what the person's conversation shows of it, if it is a change."""
        taking = _TAKING.get(event["type"])
        return taking(self, participant, event, published) if taking else None

    def _name(self, participant: Participant, event: Json, _: Published) -> Json:
        before, participant.name = participant.name, event["name"]
        self.names[participant.id] = event["name"]
        return {"what": "name", "from": before, "to": event["name"]}

    def _language(self, participant: Participant, event: Json, _: Published) -> Json:
        before, participant.language = participant.language, event["language"]
        self.languages[participant.id] = event["language"]
        return {"what": "language", "from": before, "to": event["language"]}

    def _field(self, participant: Participant, event: Json, _: Published) -> Json | None:
        key = event["field"]["key"]
        text = (event["value"] or {}).get("text")
        before = participant.own_fields.get(key) or participant.fields.get(key) or ""
        if (text or "") == before:
            return None
        self.fields.setdefault(participant.id, {})[key] = text
        if text is None:
            participant.own_fields.pop(key, None)
        else:
            participant.own_fields[key] = text
        return {"what": event["field"]["name"], "from": before, "to": text or ""}

    def _groups(self, participant: Participant, event: Json, published: Published) -> Json | None:
        added = [
            item for item in event.get("groups_added") or [] if item["uuid"] not in published.registry_groups
        ]
        removed = [
            item
            for item in event.get("groups_removed") or []
            if item["uuid"] not in published.registry_groups
        ]
        for item in added:
            self._move(participant, UUID(item["uuid"]), into=True)
        for item in removed:
            self._move(participant, UUID(item["uuid"]), into=False)
        if not added and not removed:
            return None
        return {
            "what": "groups",
            "from": ", ".join(item["name"] for item in removed),
            "to": ", ".join(item["name"] for item in added),
        }

    def _move(self, participant: Participant, group: UUID, *, into: bool) -> None:
        pair = (participant.id, group)
        (self.joined if into else self.left).add(pair)
        (self.left if into else self.joined).discard(pair)
        (participant.groups.add if into else participant.groups.discard)(group)

    def _status(self, participant: Participant, event: Json, _: Published) -> Json | None:
        if event["status"] == "archived":
            return None
        self.texted[participant.id] = event["status"] == "active"
        before = participant.status
        participant.status = "active" if event["status"] == "active" else "stopped"
        return {"what": "status", "from": before, "to": participant.status}


_TAKING = {
    "contact_name_changed": Changes._name,
    "contact_language_changed": Changes._language,
    "contact_field_changed": Changes._field,
    "contact_groups_changed": Changes._groups,
    "contact_status_changed": Changes._status,
}
