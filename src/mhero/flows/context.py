"""What expressions can see: `@contact`, `@results` and the others, each built when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mhero.flows import times, urns
from mhero.flows.contact import Contact, typed_value
from mhero.flows.excellent.convert import from_json, to_text
from mhero.flows.excellent.lazy import Builders, LazyObject, OnDemand, OneByOne
from mhero.flows.excellent.values import Deprecated, XObject
from mhero.flows.obfuscation import contact_reference
from mhero.flows.references import ContactField
from mhero.flows.urns import REDACTED, SCHEMES, URN

if TYPE_CHECKING:
    from mhero.flows.run import Run
    from mhero.flows.state import Session

Json = dict[str, Any]


class Context(dict[str, object]):
    """The names that an expression may begin with; cleared when what they stand for changes."""

    __slots__ = ("run",)

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    def get(self, key: str, default: object = None) -> object:
        """What the name stands for, or the default for a name that means nothing here."""
        found = super().get(key, self)
        if found is not self:
            return found
        build = ROOTS.get(key)
        if build is None:
            return default
        value = self[key] = build(self.run)
        return value

    def __contains__(self, key: object) -> bool:
        return key in ROOTS


def _addresses(contact: Contact, session: Session) -> list[str]:
    redact = session.environment.redaction_policy == "urns"
    return [_address(urn, redact) for urn in contact.urns]


def _first_name(contact: Contact, _session: Session) -> str:
    names = contact.name.split(maxsplit=1)
    return names[0] if names else ""


def _own_channel(contact: Contact, session: Session) -> XObject | None:
    destination = contact.destination()
    return channel_object(session, destination[1].uuid if destination else "")


CONTACT: Builders = {
    "uuid": lambda contact, _: contact.uuid,
    "id": lambda contact, _: Deprecated(
        str(contact.id), "@contact.id is deprecated, use @contact.ref instead"
    ),
    "ref": lambda contact, session: contact_reference(contact, session.environment),
    "first_name": _first_name,
    "name": lambda contact, _: contact.name,
    "language": lambda contact, _: contact.language,
    "status": lambda contact, _: contact.status,
    "timezone": lambda contact, _: contact.data.get("timezone") if contact.timezone else None,
    "created_on": lambda contact, _: contact.created_on,
    "last_seen_on": lambda contact, _: contact.last_seen_on,
    "urns": _addresses,
    "urn": lambda contact, session: next(iter(_addresses(contact, session)), None),
    "groups": lambda contact, _: [
        XObject({"uuid": group.uuid, "name": group.name}, default=group.name) for group in contact.groups
    ],
    "fields": lambda contact, _: fields_object(contact),
    "channel": _own_channel,
    "tickets": lambda contact, session: [ticket_object(session, ticket) for ticket in contact.tickets],
}


def contact_object(contact: Contact, session: Session) -> XObject:
    """`@contact`, and the contact of a related run."""
    redact = session.environment.redaction_policy == "urns"
    return OnDemand(CONTACT, (contact, session), default=display(contact, redact))


def display(contact: Contact, redact: bool) -> str:
    """How a contact is called: by name, or by the address, or by the number where that is hidden."""
    if contact.name:
        return contact.name
    if redact:
        return str(contact.id)
    addresses = contact.urns
    return addresses[0].display or addresses[0].path if addresses else ""


def _address(urn: URN, redact: bool) -> str:
    return f"{urn.scheme}:{REDACTED}" if redact else urn.without_query


def fields_object(contact: Contact) -> XObject:
    """Every field there is, with nothing for those without a value; as text, a line for each with one."""

    def value(field: ContactField) -> object:
        return typed_value(field, contact.field_value(field.key))

    def line(field: ContactField) -> str:
        text = to_text(value(field))
        return f"{field.name}: {text}" if text else ""

    return OneByOne(contact.assets.fields, value, line)


def urns_object(contact: Contact, session: Session) -> Json:
    redact = session.environment.redaction_policy == "urns"
    found: dict[str, object] = dict.fromkeys(SCHEMES)
    for urn in contact.urns:
        if urn.scheme in found and found[urn.scheme] is None:
            found[urn.scheme] = _address(urn, redact)
    return XObject(found)


def channel_object(session: Session, uuid: str) -> XObject | None:
    channel = session.assets.channels.get(uuid)
    if channel is None:
        return None
    return XObject(
        {"uuid": channel.uuid, "name": channel.name, "address": channel.address}, default=channel.name
    )


def ticket_object(session: Session, ticket: Json) -> XObject:
    topic = session.assets.topics.get((ticket.get("topic") or {}).get("uuid", ""))
    return XObject(
        {
            "uuid": ticket.get("uuid"),
            "topic": XObject({"uuid": topic["uuid"], "name": topic["name"]}, default=topic["name"])
            if topic
            else None,
            "assignee": user_object(session, ticket.get("assignee")),
        }
    )


def user_object(session: Session, reference: Json | None) -> XObject | None:
    if not reference:
        return None
    user = session.assets.users.get(reference.get("uuid", ""))
    if user is None:
        user = next(
            (item for item in session.assets.users.values() if item.get("email") == reference.get("email")),
            None,
        )
    if user is None:
        return None
    name = user.get("name") or ""
    return XObject(
        {"email": user.get("email") or "", "name": name, "first_name": name.split()[0] if name else ""},
        default=name or user.get("email"),
    )


def flow_object(reference: Json) -> XObject:
    revision = Decimal(reference.get("revision") or 0)
    return XObject(
        {"uuid": reference.get("uuid"), "name": reference.get("name"), "revision": revision},
        default=reference.get("name"),
    )


RESULT: Builders = {
    "name": lambda result: result.get("name"),
    "value": lambda result: result.get("value") or "",
    "category": lambda result: result.get("category") or "",
    "category_localized": lambda result: result.get("category_localized") or result.get("category") or "",
    "input": lambda result: result.get("input") or "",
    "extra": lambda result: from_json(result["extra"]) if result.get("extra") is not None else None,
    "node_uuid": lambda result: result.get("node_uuid") or "",
    "created_on": lambda result: times.read(result.get("created_on")),
}


def results_object(results: dict[str, Json]) -> XObject:
    """The results of a run; as text, a line for each."""
    return OneByOne(results, result_object, lambda result: f"{result.get('name')}: {result.get('value')}")


def result_object(result: Json) -> XObject:
    return OnDemand(RESULT, (result,), default=result.get("value") or "")


def _contact(run: Run) -> object:
    return contact_object(run.session.contact, run.session)


def _fields(run: Run) -> object:
    return fields_object(run.session.contact)


def _urns(run: Run) -> object:
    return urns_object(run.session.contact, run.session)


def _results(run: Run) -> object:
    return results_object(run.results)


def _locals(run: Run) -> object:
    return XObject(run.locals)


def _run(run: Run) -> object:
    def fill() -> Json:
        return {
            "uuid": run.uuid,
            "contact": contact_object(run.session.contact, run.session),
            "flow": flow_object(run.flow_reference),
            "status": run.status,
            "results": results_object(run.results),
            "locals": XObject(run.locals),
            "path": [
                XObject({"node_uuid": step["node_uuid"], "arrived_on": times.read(step["arrived_on"])})
                for step in run.path
            ],
            "created_on": times.read(run.created_on),
            "exited_on": times.read(run.exited_on),
        }

    session = run.session
    name = display(session.contact, session.environment.redaction_policy == "urns")
    return LazyObject(fill, default=f"{name}@{run.flow_reference.get('name')}")


def related_object(
    session: Session,
    *,
    called: str,
    uuid: str,
    contact: Contact,
    flow: Json,
    status: str,
    results: dict[str, Json],
) -> XObject:
    """A parent or child run; `run` in it is from a time when it held all of this."""

    old = Deprecated(status, f"@{called}.run.status is deprecated, use @{called}.status instead")

    def fill() -> Json:
        return {
            "uuid": uuid,
            "contact": contact_object(contact, session),
            "fields": fields_object(contact),
            "flow": flow_object(flow),
            "results": results_object(results),
            "run": XObject({"status": old}),
            "status": status,
            "urns": urns_object(contact, session),
        }

    name = display(contact, session.environment.redaction_policy == "urns")
    return LazyObject(fill, default=f"{name}@{flow.get('name')}")


def _child(run: Run) -> object:
    child = run.child
    if child is None:
        return None
    return related_object(
        run.session,
        called="child",
        uuid=child.uuid,
        contact=run.session.contact,
        flow=child.flow_reference,
        status=child.status,
        results=child.results,
    )


def _parent(run: Run) -> object:
    session = run.session
    if run.parent is not None:
        parent = run.parent
        return related_object(
            session,
            called="parent",
            uuid=parent.uuid,
            contact=session.contact,
            flow=parent.flow_reference,
            status=parent.status,
            results=parent.results,
        )
    summary = session.trigger.get("run_summary")
    if not summary:
        return None
    flow = dict(summary.get("flow") or {})
    known = session.assets.raw_flows.get(flow.get("uuid", ""))
    if known and known.get("name"):
        flow["name"] = known["name"]
    return related_object(
        session,
        called="parent",
        uuid=summary.get("uuid", ""),
        contact=Contact(summary.get("contact") or {}, session.assets),
        flow=flow,
        status=summary.get("status", ""),
        results=summary.get("results") or {},
    )


INPUT: Builders = {
    "type": lambda found, _: found.get("type", "msg"),
    "uuid": lambda found, _: found.get("uuid"),
    "created_on": lambda found, _: times.read(found.get("created_on")),
    "channel": lambda found, session: channel_object(session, (found.get("channel") or {}).get("uuid", "")),
    "urn": lambda found, session: _input_address(found, session),
    "text": lambda found, _: found.get("text") or "",
    "attachments": lambda found, _: list(found.get("attachments") or []),
    "external_id": lambda found, _: found.get("external_id") or "",
    "payload": lambda found, _: from_json(found.get("payload") or {}),
}


def _input_address(found: Json, session: Session) -> str | None:
    urn = urns.parse(found.get("urn") or "")
    return _address(urn, session.environment.redaction_policy == "urns") if urn else None


def _input(run: Run) -> object:
    found = run.session.input
    if not found:
        return None
    lines = [found["text"]] if found.get("text") else []
    lines += [attachment.partition(":")[2] for attachment in found.get("attachments") or []]
    return OnDemand(INPUT, (found, run.session), default="\n".join(lines))


def _globals(run: Run) -> object:
    return XObject({key: item.get("value") for key, item in run.session.assets.globals.items()})


def _webhook(run: Run) -> object:
    call = run.webhook
    if call is None:
        return None
    return XObject(
        {
            "status": Decimal(call.get("status") or 0),
            "headers": XObject(call.get("headers") or {}),
            "json": from_json(call.get("json")),
            "method": call.get("method"),
            "url": call.get("url"),
        },
        default=f"{call.get('method')} {call.get('url')}",
    )


def _node(run: Run) -> object:
    node = run.node
    if node is None:
        return None
    visits = sum(1 for step in run.path if step["node_uuid"] == node.uuid)
    categories = [category.name for category in node.router.categories] if node.router else []
    return XObject(
        {"uuid": node.uuid, "visit_count": Decimal(visits), "categories": categories}, default=node.uuid
    )


def _trigger(run: Run) -> object:
    session = run.session
    trigger = session.trigger
    campaign = (trigger.get("event") or {}).get("campaign") if trigger.get("type") == "campaign" else None
    known = session.assets.campaigns.get((campaign or {}).get("uuid", ""))
    params = trigger.get("params")
    if params is None:
        params = (trigger.get("event") or {}).get("params") or {}
    ticket = trigger.get("ticket")
    return XObject(
        {
            "type": trigger.get("type"),
            "params": from_json(params),
            "keyword": (trigger.get("keyword_match") or {}).get("keyword", ""),
            "user": user_object(session, trigger.get("user")),
            "origin": trigger.get("origin") or "",
            "campaign": XObject({"uuid": known["uuid"], "name": known["name"]}, default=known["name"])
            if known
            else None,
            "ticket": ticket_object(session, ticket) if ticket else None,
        },
        default=trigger.get("type"),
    )


def _resume(run: Run) -> object:
    resume = run.session.current_resume
    if not resume:
        return None
    dial = (resume.get("event") or {}).get("dial")
    return XObject(
        {"type": resume.get("type"), "dial": from_json(dial) if dial else None}, default=resume.get("type")
    )


def _ticket(run: Run) -> object:
    tickets = [item for item in run.session.contact.tickets if item.get("status", "open") == "open"]
    return ticket_object(run.session, tickets[-1]) if tickets else None


def _legacy_extra(run: Run) -> object:
    extra = from_json(run.session.legacy_extra(run))
    return Deprecated(extra, "@legacy_extra is deprecated")


ROOTS: dict[str, Callable[[Run], object]] = {
    "child": _child,
    "contact": _contact,
    "fields": _fields,
    "globals": _globals,
    "input": _input,
    "legacy_extra": _legacy_extra,
    "locals": _locals,
    "node": _node,
    "parent": _parent,
    "results": _results,
    "resume": _resume,
    "run": _run,
    "ticket": _ticket,
    "trigger": _trigger,
    "urns": _urns,
    "webhook": _webhook,
}
