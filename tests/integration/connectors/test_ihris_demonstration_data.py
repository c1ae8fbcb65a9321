"""iHRIS's own demonstration data, as dirty as it is published, served by a small HAPI."""

import json
from collections import defaultdict
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.integration.connectors.sources import run_channel


@pytest.fixture
def demonstration(conformance: Path) -> dict[str, list[dict[str, Any]]]:
    resources: dict[str, dict[str, Any]] = defaultdict(dict)
    for path in sorted((conformance / "fhir/ihris5-demo").glob("*.json")):
        for entry in json.loads(path.read_text())["entry"]:
            resource = entry["resource"]
            resources[resource["resourceType"]].setdefault(resource["id"], resource)
    return {type_: list(found.values()) for type_, found in resources.items()}


def small_hapi(resources: dict[str, list[dict[str, Any]]]) -> web.Application:
    """Pages without dates, totals, code systems or a history."""

    async def search(request: web.Request) -> web.Response:
        found = resources.get(request.match_info["type"])
        if found is None:
            return web.json_response({"resourceType": "OperationOutcome"}, status=404)
        size, start = int(request.query.get("_count", 20)), int(request.query.get("start", 0))
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": []}
        if request.query.get("_summary") != "count":
            bundle["entry"] = [{"resource": one} for one in found[start : start + size]]
        if start + size < len(found):
            url = request.url.update_query(start=start + size)
            bundle["link"].append({"relation": "next", "url": str(url)})
        return web.json_response(bundle, headers={"Date": formatdate(usegmt=True)})

    application = web.Application()
    application.router.add_get("/fhir/{type}", search)
    return application


def test_all_of_it_comes_in_and_the_broken_parts_are_listed(
    channels: None, serve: Any, demonstration: dict[str, list[dict[str, Any]]]
) -> None:
    from mhero.connectors.services import connect
    from mhero.registry.models import Origin, Person, Role

    connect("ihris", f"{serve(small_hapi(demonstration))}/fhir")
    run = run_channel("ihris")
    assert (run.status, run.error) == ("done", "")
    assert Person.objects.count() == len(demonstration["Practitioner"]) == 1007
    assert Role.objects.count() == len(demonstration["PractitionerRole"]) == 1008
    assert Origin.objects.filter(key__startswith="Location/").count() == len(demonstration["Location"])
    broken = [one for one in demonstration["Location"] if isinstance(one.get("managingOrganization"), str)]
    warned = Origin.objects.filter(
        warnings__contains=["Its managing organisation is a text where a reference belongs."]
    )
    assert warned.count() == len(broken) == 15
    ended = Origin.objects.filter(key__startswith="PractitionerRole/").exclude(warnings=[])
    assert ended.count() >= 13
    assert set(Person.objects.filter(roles__job="Nurse").values_list("cadres", flat=True)[:1][0]) == {"Nurse"}
