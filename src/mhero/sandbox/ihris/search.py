"""FHIR search as far as a reader of iHRIS needs it."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from mhero.platform.errors import MheroError
from mhero.sandbox.ihris.store import ResourceStore, Version

Document = dict[str, Any]
Parameters = Iterable[tuple[str, str]]


class SearchRefused(MheroError):
    """The search has a parameter that the server does not know."""

    code = "search_refused"


#: Parameters that shape the answer and choose nothing.
_CONTROLS: Final = frozenset(
    ("_count", "_sort", "_total", "_summary", "_format", "_pretty", "_include", "_offset", "_bundletype")
)
_DATE: Final = re.compile(r"^(eq|ne|gt|ge|lt|le|sa|eb)?(\d{4}.*)$")
_COMPARE: Final[dict[str, Callable[[datetime, datetime], bool]]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "sa": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "eb": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}


def search(store: ResourceStore, type_: str, parameters: Parameters) -> list[Version]:
    """What fits, in the order that `_sort` asks for; raises `SearchRefused`."""
    found = store.all(type_)
    order = "_id"
    for name, value in parameters:
        if name == "_lastUpdated":
            prefix, moment = _moment(value)
            fits = _COMPARE[prefix]
            found = [version for version in found if fits(version.updated, moment)]
        elif name == "_id":
            wanted = {identity.removeprefix(f"{type_}/") for identity in value.split(",")}
            found = [version for version in found if version.id in wanted]
        elif name == "_sort":
            order = value
        elif name not in _CONTROLS:
            test = _test(type_, name)
            values = value.split(",")
            found = [v for v in found if any(test(v.document(), one) for one in values)]
    return _sorted(found, order)


def included(store: ResourceStore, page: list[Version], wishes: list[str]) -> list[Version]:
    """The resources that `_include` adds to a page: `PractitionerRole:practitioner`."""
    found: dict[tuple[str, str], Version] = {}
    for wish in wishes:
        type_, _, field = wish.partition(":")
        for version in page:
            if version.type != type_:
                continue
            for reference in _references(version.document().get(field.partition(":")[0])):
                target, _, identity = reference.partition("/")
                known = store.current(target, identity)
                if known:
                    found[target, identity] = known
    return list(found.values())


def parse_instant(text: str) -> datetime:
    """An aware time from FHIR's instant or date; raises `SearchRefused`."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as exc:
        raise SearchRefused(f'Invalid date/time format: "{text}"') from exc
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(value: str) -> tuple[str, datetime]:
    match = _DATE.match(value)
    if not match:
        raise SearchRefused(f'Invalid date/time format: "{value}"')
    return match[1] or "eq", parse_instant(match[2])


def _sorted(found: list[Version], order: str) -> list[Version]:
    for field in reversed(order.split(",")):
        name = field.removeprefix("-")
        if name == "_lastUpdated":
            found = sorted(found, key=lambda version: version.updated, reverse=field.startswith("-"))
        elif name == "_id":
            found = sorted(found, key=lambda version: version.id, reverse=field.startswith("-"))
        else:
            raise SearchRefused(f"Unable to handle sort parameter {name}")
    return found


Test = Callable[[Document, str], bool]


def _test(type_: str, name: str) -> Test:
    test = _TESTS.get((type_, name)) or _TESTS.get(("", name))
    if test is None:
        known = sorted({n for t, n in _TESTS if t in ("", type_)} | {"_id", "_lastUpdated"})
        raise SearchRefused(
            f'HAPI-0524: Unknown search parameter "{name}" for resource type "{type_}". '
            f"Valid search parameters for this search are: [{', '.join(known)}]"
        )
    return test


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _references(value: object) -> list[str]:
    return [item["reference"] for item in _listed(value) if isinstance(item, dict) and "reference" in item]


def _refers(field: str, target: str) -> Test:
    return lambda doc, value: f"{target}/{value.removeprefix(f'{target}/')}" in _references(doc.get(field))


def _identifier(document: Document, value: str) -> bool:
    system, bar, code = value.rpartition("|")
    return any(
        item.get("value") == code and (not bar or item.get("system", "") == system)
        for item in _listed(document.get("identifier"))
    )


def _names(document: Document) -> Iterable[str]:
    for name in _listed(document.get("name")):
        if isinstance(name, str):
            yield name
        else:
            yield from (name.get("family", ""), name.get("text", ""), *name.get("given", []))


def _name(document: Document, value: str) -> bool:
    return any(name.casefold().startswith(value.casefold()) for name in _names(document))


def _phone(document: Document, value: str) -> bool:
    return any(item.get("value") == value for item in _listed(document.get("telecom")))


def _plain(field: str) -> Test:
    return lambda document, value: str(document.get(field, "")).lower() == value.lower()


def _code(field: str) -> Test:
    def test(document: Document, value: str) -> bool:
        wanted = value.rpartition("|")[2]
        concepts = _listed(document.get(field))
        return any(coding.get("code") == wanted for c in concepts for coding in c.get("coding", []))

    return test


def _of_practitioner(document: Document, value: str) -> bool:
    wanted = f"Practitioner/{value.removeprefix('Practitioner/')}"
    return any(
        item.get("valueReference", {}).get("reference") == wanted
        for item in _listed(document.get("extension"))
    )


def _profile(document: Document, value: str) -> bool:
    return value in document["meta"].get("profile", [])


_TESTS: Final[dict[tuple[str, str], Test]] = {
    ("", "identifier"): _identifier,
    ("", "_profile"): _profile,
    ("Practitioner", "active"): _plain("active"),
    ("Practitioner", "name"): _name,
    ("Practitioner", "family"): _name,
    ("Practitioner", "given"): _name,
    ("Practitioner", "phone"): _phone,
    ("Practitioner", "phonenumber"): _phone,
    ("PractitionerRole", "active"): _plain("active"),
    ("PractitionerRole", "practitioner"): _refers("practitioner", "Practitioner"),
    ("PractitionerRole", "location"): _refers("location", "Location"),
    ("PractitionerRole", "role"): _code("code"),
    ("Location", "name"): _name,
    ("Location", "status"): _plain("status"),
    ("Location", "partof"): _refers("partOf", "Location"),
    ("Location", "type"): _code("type"),
    ("Basic", "code"): _code("code"),
    ("Basic", "practitioner"): _of_practitioner,
    ("CodeSystem", "url"): _plain("url"),
}
