"""What can be put right in a FHIR resource: how each part of it reads, and how it is written. Pure.

The same functions serve the registry's own resources and those of a source: only their references differ.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from mhero.platform.phones import clean
from mhero.registry.columns import best_name, is_cadre, words

Body = dict[str, Any]
#: What a part is to become; its keys are told with each part below.
Value = Mapping[str, Any]

WORKING, LEFT = "working", "left"
ACTIVE, INACTIVE = "active", "inactive"
#: What a facility offers, as its in-charge says it; no source of ours keeps it.
SERVICES_URL: Final = "https://mhero.org/fhir/StructureDefinition/services"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    #: The type of the resource that it is in.
    type: str
    #: What it says now, in a text that can be compared. The second argument is the country, for numbers.
    read: Callable[[Body, str], str]
    #: The resource with the part changed; what it does not know of the resource stays as it is.
    write: Callable[[Body, Value, str], Body]


def _read_name(body: Body, _region: str) -> str:
    name = best_name({"name": _names(body)})
    given = " ".join(name.get("given") or [])
    return " ".join((name.get("text") or f"{given} {name.get('family', '')}").split())


def _write_name(body: Body, value: Value, _region: str) -> Body:
    """`name`: the whole name. The last word is taken for the family name."""
    *given, family = value["name"].split()
    names = _names(body)
    best = best_name({"name": names})
    new = {**best, "text": " ".join([*given, family]), "family": family, "given": given}
    if not given:
        new.pop("given")
    return {**body, "name": [new if one is best else one for one in names] if best else [new]}


def _names(body: Body) -> list[Body]:
    said = body.get("name") or []
    return [
        {"text": one} if isinstance(one, str) else one for one in (said if isinstance(said, list) else [said])
    ]


def _read_phone(body: Body, region: str) -> str:
    for holder, key in _phones(body):
        if number := _number_in(holder[key], region):
            return number
    return ""


def _write_phone(body: Body, value: Value, region: str) -> Body:
    """`number`: E.164. It takes the place of the number that was texted until now."""
    body = deepcopy(body)
    before = _read_phone(body, region)
    for holder, key in _phones(body):
        if before and _number_in(holder[key], region) == before:
            holder[key] = value["number"]
            return body
    use = "mobile" if "gender" in body or "birthDate" in body or "communication" in body else "work"
    first = {"system": "phone", "value": value["number"], "use": use, "rank": 1}
    said = body.get("telecom")
    body["telecom"] = [first, *(said if isinstance(said, list) else [])]
    return body


def _phones(body: Body) -> Iterator[tuple[Body, str]]:
    """What holds a number, the one that is texted first; each with the key that the number is under."""
    said = body.get("telecom")
    contacts = [
        one
        for one in (said if isinstance(said, list) else [])
        if isinstance(one, dict)
        and isinstance(one.get("value"), str)
        and one.get("system", "phone") in {"phone", "sms"}
        and one.get("use") != "old"
    ]
    contacts.sort(key=lambda one: (one.get("use") != "mobile", one.get("rank") or 1000))
    yield from ((one, "value") for one in contacts)
    # Where iHRIS had the number before it used `telecom`.
    extensions = body.get("extension")
    for one in extensions if isinstance(extensions, list) else []:
        if isinstance(one, dict) and str(one.get("url", "")).endswith("ihris-practitioner-phone"):
            yield one, "valueString"


def _number_in(text: Any, region: str) -> str:
    found = clean(text, region) if isinstance(text, str) else []
    return next((one.number for one in found if one.number), "")


def _read_job(body: Body, _region: str) -> str:
    jobs = [concept for concept in _list(body, "code") if not is_cadre(concept)]
    return next(filter(None, map(words, jobs)), "")


def _write_job(body: Body, value: Value, _region: str) -> Body:
    """`codes`: the concepts of the job and, behind it, of its cadre, which only some systems keep there."""
    keeps_cadre = any(is_cadre(concept) for concept in _list(body, "code"))
    codes = [concept for concept in value["codes"] if keeps_cadre or not is_cadre(concept)]
    return {**body, "code": codes}


def _read_place(body: Body, _region: str) -> str:
    references = (one.get("reference") for one in _list(body, "location"))
    return next((text for text in references if isinstance(text, str)), "")


def _write_place(body: Body, value: Value, _region: str) -> Body:
    """`reference`: such as `Location/9`."""
    return {**body, "location": [{"reference": value["reference"]}]}


def _read_work(body: Body, _region: str) -> str:
    return LEFT if body.get("active") is False else WORKING


def _write_work(body: Body, value: Value, _region: str) -> Body:
    """`on`: the last day of the post, ISO."""
    period = body.get("period")
    ended = {**(period if isinstance(period, dict) else {}), "end": value["on"]}
    return {**body, "active": False, "period": ended}


def _read_status(body: Body, _region: str) -> str:
    return ACTIVE if body.get("status", ACTIVE) == ACTIVE else INACTIVE


def _write_status(body: Body, value: Value, _region: str) -> Body:
    """`status`: `active` or `inactive`."""
    return {**body, "status": value["status"]}


def _read_services(body: Body, _region: str) -> str:
    said = (one.get("valueString") for one in _list(body, "extension") if one.get("url") == SERVICES_URL)
    return next((text for text in said if isinstance(text, str)), "")


def _write_services(body: Body, value: Value, _region: str) -> Body:
    """`services`: in words."""
    others = [one for one in _list(body, "extension") if one.get("url") != SERVICES_URL]
    return {**body, "extension": [*others, {"url": SERVICES_URL, "valueString": value["services"]}]}


def _list(body: Body, name: str) -> list[Body]:
    said = body.get(name) or []
    return [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, dict)]


NAME, PHONE, JOB, PLACE, WORK = "name", "phone", "job", "place", "work"
STATUS, PLACE_PHONE, SERVICES = "status", "place_phone", "services"
PARTS: Final[Mapping[str, Part]] = {
    NAME: Part(type="Practitioner", read=_read_name, write=_write_name),
    PHONE: Part(type="Practitioner", read=_read_phone, write=_write_phone),
    JOB: Part(type="PractitionerRole", read=_read_job, write=_write_job),
    PLACE: Part(type="PractitionerRole", read=_read_place, write=_write_place),
    WORK: Part(type="PractitionerRole", read=_read_work, write=_write_work),
    STATUS: Part(type="Location", read=_read_status, write=_write_status),
    PLACE_PHONE: Part(type="Location", read=_read_phone, write=_write_phone),
    SERVICES: Part(type="Location", read=_read_services, write=_write_services),
}
