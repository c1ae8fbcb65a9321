"""A CommunicationRequest as another system sends it, read into what is to be done. Pure."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

from mhero.outreach.fhir.reading import Json, checked_type, split_reference, tidied
from mhero.outreach.mobile_alerts.errors import AlertRefused
from mhero.outreach.mobile_alerts.recurrence import Recurrence, recurrence_of
from mhero.outreach.mobile_alerts.shapes import COMMUNICATION_REQUEST, DECISIVE
from mhero.registry.canonical import tidy_shape

#: As long as ten SMS; what is longer is no text message.
LONGEST_TEXT: Final = 1530
MOST_RECIPIENTS: Final = 20_000
#: Of a request's identifier, with its system.
LONGEST_KEY: Final = 500
#: No send is planned farther ahead than this.
FARTHEST: Final = timedelta(days=366)
#: What should have been said longer ago, with no end to it, is not said any more.
LATEST: Final = timedelta(days=1)
_ENDED: Final = {"revoked", "entered-in-error"}
_URGENT: Final = {"urgent", "asap", "stat"}
_OUR_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: How iHRIS marks the requests into which it splits a long list of people.
_SPLIT_TAG: Final = "parentreqid"


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """Somebody, or several, as a request names them."""

    #: The FHIR Reference to answer with.
    shown: Json
    #: Such as `Practitioner`, with its logical id there; both empty for a bare number.
    type: str = ""
    id: str = ""
    #: A logical reference: the system and value of an identifier.
    identifier: tuple[str, str] | None = None
    #: The numbers to try, as they were written, the preferred one first.
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """What is asked for."""

    #: As R4 has it, to be kept and read back.
    body: Json
    #: The client's own `system|value`; empty when it gave none.
    key: str
    digest: str
    #: See `AlertRequest.tag`.
    tag: str
    #: What to say; empty when a flow is started.
    text: str
    flow_id: UUID | None
    is_urgent: bool
    addressees: tuple[Addressee, ...]
    #: None is now.
    starts_at: datetime | None
    #: None leaves it to the sending rules.
    expires_at: datetime | None
    recurrence: Recurrence | None


def is_ended(raw: Mapping[str, Any]) -> bool:
    """Whether it takes a request back instead of making one."""
    return isinstance(raw.get("status"), str) and raw["status"] in _ENDED


def read_alert(raw: Json, *, at: datetime, zone: tzinfo, is_dialect: bool = False) -> Alert:
    """The request; raises `AlertRefused` with the element that is wrong.

    `zone` is the country's, for dates without a time. The dialect asks under other states than active too.
    """
    body = tidied(COMMUNICATION_REQUEST, checked_type(raw, "CommunicationRequest"), DECISIVE)
    recurrence = recurrence_of(body.get("extension", []))
    status = body.pop("status", "active" if is_dialect else "")
    asked_under = {"active"}
    if is_dialect:
        asked_under |= {"completed", "on-hold"} if recurrence else {"completed"}
    if status not in asked_under:
        raise _refused("Only a request whose status is active is carried out.", "status")
    if body.get("doNotPerform"):
        raise _refused("It says that it must not be carried out.", "doNotPerform")
    text, flow_id = content_of(body.get("payload", []))
    starts_at, expires_at = _when(body, at, zone, is_repeated=recurrence is not None)
    addressees = _addressees(body, _contained(raw))
    canonical = json.dumps([body, [str(one) for one in addressees]], sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return Alert(
        body=body,
        key=_key(body) or _key_of_id(raw, digest),
        digest=digest,
        tag=_tag(raw),
        text=text,
        flow_id=flow_id,
        is_urgent=body.get("priority") in _URGENT,
        addressees=addressees,
        starts_at=starts_at,
        expires_at=expires_at,
        recurrence=recurrence,
    )


def _refused(message: str, element: str) -> AlertRefused:
    return AlertRefused(message, f"CommunicationRequest.{element}")


def _key(body: Json) -> str:
    for identifier in body.get("identifier", []):
        if identifier.get("value"):
            key = f"{identifier.get('system', '')}|{identifier['value']}"
            if len(key) > LONGEST_KEY:
                raise _refused(f"It is longer than {LONGEST_KEY} characters.", "identifier")
            return key
    return ""


def _key_of_id(raw: Json, digest: str) -> str:
    """The same body under the same id is the same request; R4 has the id alone mean nothing in a POST."""
    id = raw.get("id")
    return (
        f"id|{id}|{digest[:16]}" if isinstance(id, str) and re.fullmatch(r"[A-Za-z0-9.\-]{1,64}", id) else ""
    )


def _tag(raw: Json) -> str:
    meta = raw.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    for tag in tags if isinstance(tags, list) else []:
        if not isinstance(tag, dict) or not isinstance(tag.get("code"), str):
            continue
        if str(tag.get("system", "")).lower().endswith(_SPLIT_TAG):
            return re.sub(r"[^\w\-.]", "", tag["code"])[:64]
    return ""


def content_of(payload: list[Json]) -> tuple[str, UUID | None]:
    """The text, or the flow that is started; raises `AlertRefused` unless there is one of them."""
    texts: list[str] = []
    flows: list[UUID] = []
    for part in payload:
        attachment: Json = part.get("contentAttachment", {})
        named = part.get("contentReference", {}).get("reference") or attachment.get("url")
        if "contentString" in part:
            texts.append(part["contentString"])
        elif "data" in attachment:
            texts.append(_attached(attachment))
        elif flow := _flow_id(named or ""):
            flows.append(flow)
        else:
            raise _refused("A payload must be a text, or Basic/ with the id of a flow.", "payload")
    text = "\n".join(filter(None, (one.strip() for one in texts)))
    if len(flows) + bool(text) != 1:
        raise _refused("It must have either a text or one flow.", "payload")
    if len(text) > LONGEST_TEXT:
        raise _refused(f"The text is longer than {LONGEST_TEXT} characters.", "payload")
    return text, flows[0] if flows else None


def _attached(attachment: Json) -> str:
    try:
        if not attachment.get("contentType", "").startswith("text/plain"):
            raise ValueError
        text = base64.b64decode(attachment["data"], validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _refused(
            "Of attachments only plain text can be texted (text/plain, base64).", "payload"
        ) from error
    return text.replace("\x00", "")


def _flow_id(named: str) -> UUID | None:
    try:
        return UUID(named.removeprefix("Basic/"))
    except ValueError:
        return None


def _when(
    body: Json, at: datetime, zone: tzinfo, *, is_repeated: bool
) -> tuple[datetime | None, datetime | None]:
    """From when it is sent, None for at once, and until when."""
    period = body.get("occurrencePeriod", {})
    start, end = body.get("occurrenceDateTime") or period.get("start"), period.get("end")
    starts_at = _moment(start, zone) if start else None
    # The end of a period takes in the whole of what it names.
    ends_at = _moment(end, zone, is_end=True) if end else None
    if ends_at is not None and (ends_at <= at or (starts_at and ends_at <= starts_at)):
        raise _refused("The time for it is over.", "occurrence")
    # Such as what waited in a queue of the other system. The begin of a schedule may be long ago.
    if starts_at is not None and not ends_at and not is_repeated and starts_at < at - LATEST:
        raise _refused("The time for it is over.", "occurrence")
    if starts_at is not None and starts_at > at + FARTHEST:
        raise _refused("It lies more than a year ahead.", "occurrence")
    return starts_at if starts_at and starts_at > at else None, ends_at


def _moment(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    if len(text) < 10:
        raise _refused("It must name a day at least.", "occurrence")
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == 10:
            moment = datetime.combine(moment, time(), tzinfo=zone) + timedelta(days=int(is_end))
        # So near the ends of the calendar that it has no place in UTC.
        if moment.tzinfo is None or not 2000 < moment.year < 9000:
            raise ValueError
    except (ValueError, OverflowError) as error:
        raise _refused("This is no moment that can be meant.", "occurrence") from error
    return moment


def _contained(raw: Json) -> dict[str, Json]:
    listed = raw.get("contained")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {f"#{one['id']}": one for one in found if isinstance(one.get("id"), str)}


def _addressees(body: Json, contained: Mapping[str, Json]) -> tuple[Addressee, ...]:
    named: list[Json] = body.get("recipient", [])
    if not named:
        raise _refused("It must name at least one recipient.", "recipient")
    found: list[Addressee] = []
    for reference in named:
        group = contained.get(reference.get("reference", ""), {})
        is_group = group.get("resourceType") == "Group"
        found += _members(group, contained) if is_group else [_addressee(reference, contained)]
    if len(found) > MOST_RECIPIENTS:
        raise _refused(f"It names more than {MOST_RECIPIENTS} recipients. Split it.", "recipient")
    # What was contained is not kept, so nothing may point at it.
    body["recipient"] = [one.shown for one in found]
    return tuple(found)


def _addressee(reference: Json, contained: Mapping[str, Json]) -> Addressee:
    target = reference.get("reference", "")
    if target.startswith("#"):
        return _inside(target, reference, contained.get(target, {}))
    if target.startswith(("tel:", "sms:")):
        return Addressee(shown=reference, numbers=(target[4:],))
    if parts := split_reference(target):
        type, id = parts
        # Some know health workers as Persons. Only by an id of ours it is certain who that is.
        is_ours = type == "Person" and _OUR_ID.fullmatch(id)
        return Addressee(shown=reference, type="Practitioner" if is_ours else type, id=id)
    identifier = reference.get("identifier", {})
    if not target and identifier.get("value") and str(identifier.get("system", "")).startswith("tel"):
        return Addressee(shown=reference, numbers=(identifier["value"],))
    if not target and identifier.get("value"):
        pair = (identifier.get("system", ""), identifier["value"])
        return Addressee(shown=reference, type=reference.get("type", "Practitioner"), identifier=pair)
    return Addressee(shown=reference)


def _inside(target: str, reference: Json, resource: Json) -> Addressee:
    """A contained resource, shown by its number, so that a schedule still reaches it at its next turn."""
    numbers, type = _numbers(resource), str(resource.get("resourceType", ""))[:64]
    shown: Json = {"display": reference.get("display") or target[1:] or "?"}
    shown |= {"type": type} if type.isalpha() else {}
    shown |= {"identifier": {"system": "tel", "value": numbers[0]}} if numbers else {}
    return Addressee(shown=shown, numbers=numbers)


def _members(group: Json, contained: Mapping[str, Json]) -> list[Addressee]:
    """A contained group's members; groups in groups are not followed."""
    listed = group.get("member")
    found = []
    for member in listed if isinstance(listed, list) else []:
        entity = member.get("entity") if isinstance(member, dict) else None
        reference = tidy_shape({"entity": "Reference"}, {"entity": entity}, lambda one: one).body
        if reference:
            found.append(_addressee(reference["entity"], contained))
    return found


def _numbers(resource: Json) -> tuple[str, ...]:
    """The phone numbers of a contained resource, by their rank."""
    points = tidy_shape({"telecom": ["ContactPoint"]}, resource, lambda one: one).body.get("telecom", [])
    phones = [one for one in points if one.get("system", "phone") in ("phone", "sms") and one.get("value")]
    # Of equal rank a mobile phone is the one to text.
    phones.sort(key=lambda one: (one.get("rank", 99), one.get("use") != "mobile"))
    return tuple(str(one["value"]).removeprefix("tel:") for one in phones)
