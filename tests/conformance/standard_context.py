"""What expressions see in the standard session once it has run, built from its files without the engine."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.conformance.cases import load, rapidpro
from tests.conformance.tagged import Place, Places

from mhero.flows.environment import Environment
from mhero.flows.excellent.convert import from_json
from mhero.flows.excellent.values import XObject

NOW = datetime.fromisoformat("2018-04-11T13:24:30.123456-05:00")
TOP_LEVELS = frozenset(
    (
        "child", "contact", "fields", "globals", "input", "legacy_extra", "locals", "node", "parent",
        "results", "resume", "run", "ticket", "trigger", "urns", "webhook",
    )
)  # fmt: skip


def _session(name: str) -> Any:
    return load(rapidpro() / "standard_session" / f"{name}.json")


def standard_environment() -> Environment:
    """The environment in which the documented examples are evaluated."""
    places = Places()
    places.all = []

    def grow(found: dict[str, Any], parent: Place | None) -> None:
        place = Place(found["name"], tuple(found.get("aliases", ())), parent)
        places.all.append(place)
        for child in found.get("children", ()):
            grow(child, place)

    for country in _session("sessionAssets")["locations"]:
        grow(country, None)
    return Environment(
        date_format="DD-MM-YYYY",
        timezone=ZoneInfo("America/Guayaquil"),
        allowed_languages=("eng", "spa"),
        locations=places,
        now=lambda: NOW,
        random=lambda: 0.5,
    )


def _contact(given: dict[str, Any], fields: dict[str, object]) -> XObject:
    urns: list[object] = [urn.partition("?")[0] for urn in given["urns"]]
    values = {
        **{name: from_json(given.get(name)) for name in ("uuid", "name", "language", "timezone", "status")},
        "first_name": given["name"].split()[0],
        "created_on": datetime.fromisoformat(given["created_on"][:26] + "+00:00"),
        "groups": from_json(given.get("groups", [])),
        "fields": XObject(fields),
        "urns": urns,
        "urn": urns[0],
    }
    return XObject(values, default=given["name"])


def _result(value: str, category: str) -> XObject:
    return XObject({"value": value, "category": category, "category_localized": category}, default=value)


def standard_context() -> XObject:
    """The context in which the documented examples are evaluated."""
    given = _session("sessionContact")
    fields: dict[str, object] = {field["key"]: None for field in _session("sessionAssets")["fields"]}
    fields |= {"gender": "Male", "activation_token": "AACC55", "age": Decimal(23)}
    fields["join_date"] = datetime.fromisoformat("2017-12-02T00:00:00-02:00")
    contact = _contact(given, fields)
    urns = {urn.partition(":")[0]: urn for urn in contact["urns"]}  # type: ignore[attr-defined]
    results = XObject({"favorite_color": _result("red", "Red"), "webhook": _result("200", "Success")})
    child = XObject(
        {"contact": contact, "fields": XObject(fields), "results": XObject({"age": _result("23", "Youth")})}
    )
    json_body = from_json({"results": [{"state": "WA"}, {"state": "IN"}]})
    webhook = XObject({"status": Decimal(200), "json": json_body, "headers": XObject()})
    return XObject(
        {
            "contact": contact,
            "fields": contact["fields"],
            "urns": XObject(urns),
            "results": results,
            "run": XObject({"status": "completed", "contact": contact, "results": results}),
            "webhook": webhook,
            "child": child,
        }
    )
