"""The stand-in DHIS2 behaves as its two dialects do, also to an independent client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from dhis2 import Api, RequestException

from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_TOKEN, DHIS2_USER
from mhero.sandbox.dhis2.server import CONFIGURED_BASE
from mhero.sandbox.server import Sandbox, SandboxConfig

Ask = Callable[..., Awaitable[tuple[int, Any]]]

BOTH = pytest.mark.parametrize("dialect", ["2.42", "2.43"])
NEW = pytest.mark.parametrize("dialect", ["2.43"])


@pytest.fixture
def dialect() -> str:
    return "2.42"


@pytest.fixture
async def server(country: Country, dialect: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxConfig(dialect=dialect, profile="fast"), country=country) as running:
        yield running


@pytest.fixture
def ask(server: Sandbox, client: aiohttp.ClientSession, dhis2_login: dict[str, str]) -> Ask:
    async def send(path: str, method: str = "GET", **more: Any) -> tuple[int, Any]:
        headers = more.pop("headers", dhis2_login)
        url = f"{server.dhis2_url}{path if path.startswith('/control') else f'/api/{path}'}"
        async with client.request(method, url, headers=headers, **more) as response:
            return response.status, await response.json() if response.status != 204 else None

    return send


def _ids(answer: Any) -> list[str]:
    return [unit["id"] for unit in answer["organisationUnits"]]


async def _stock(ask: Ask) -> tuple[str, dict[str, str], str]:
    """The monthly stock form's id, its elements' ids by code, and an open facility."""
    _, answer = await ask(
        "dataSets?filter=code:eq:STOCK_M&fields=id,organisationUnits[id],dataSetElements[dataElement[id,code]]"
    )
    (form,) = answer["dataSets"]
    elements = {e["dataElement"]["code"]: e["dataElement"]["id"] for e in form["dataSetElements"]}
    return form["id"], elements, form["organisationUnits"][0]["id"]


@BOTH
async def test_an_independent_client_reads_the_whole_tree(server: Sandbox, dialect: str) -> None:
    def read() -> tuple[str, list[Any]]:
        api = Api(server.dhis2_url, DHIS2_USER, DHIS2_PASSWORD)
        params = {"fields": "id,name,level,parent[id]", "order": "id:asc"}
        merged = api.get_paged("organisationUnits", params=params, page_size=50, merge=True)
        api.session.close()
        return api.version, merged["organisationUnits"]

    version, units = await asyncio.to_thread(read)
    assert version.startswith(dialect)
    assert len(units) == len({unit["id"] for unit in units}) == 1 + 15 + 123 + 120
    roots = [unit["name"] for unit in units if "parent" not in unit]
    assert roots == ["Liberia"]


@BOTH
async def test_an_independent_client_sends_a_report(server: Sandbox, ask: Ask) -> None:
    form, elements, unit = await _stock(ask)

    def send() -> Any:
        api = Api(server.dhis2_url, DHIS2_USER, DHIS2_PASSWORD)
        row = {"dataElement": elements["SOH_ACT"], "value": "12"}
        payload = {"dataSet": form, "period": "202601", "orgUnit": unit, "dataValues": [row]}
        answer = api.post("dataValueSets", json=payload).json()
        with pytest.raises(RequestException):
            api.get("organisationUnits/nowhere")
        api.session.close()
        return answer

    answer = await asyncio.to_thread(send)
    assert answer["response"]["importCount"]["imported"] == 1


@pytest.mark.parametrize(
    ("login", "status"),
    [
        (f"ApiToken {DHIS2_TOKEN}", 200),
        (aiohttp.encode_basic_auth(DHIS2_USER, DHIS2_PASSWORD), 200),
        (f"Bearer {DHIS2_TOKEN}", 401),
        (f"ApiToken {DHIS2_TOKEN[:-1]}0", 401),
        ("", 401),
    ],
)
async def test_a_token_is_no_bearer_and_a_mistyped_one_is_refused(ask: Ask, login: str, status: int) -> None:
    got, answer = await ask("me", headers={"Authorization": login})
    assert got == status
    assert answer.get("username" if status == 200 else "httpStatusCode") in (DHIS2_USER, 401)


async def test_times_have_no_zone_and_the_next_page_is_somewhere_else(ask: Ask) -> None:
    _, info = await ask("43/system/info.json")
    assert info["serverDate"].count(":") == 2
    assert not info["serverDate"].endswith("Z")
    assert "+" not in info["serverDate"]
    _, page = await ask("organisationUnits?pageSize=10&page=2")
    assert page["pager"]["nextPage"].startswith(CONFIGURED_BASE)
    assert "page=1" in page["pager"]["prevPage"]


async def test_a_facility_tells_its_place_groups_and_point(ask: Ask) -> None:
    _, answer = await ask(
        "organisationUnits?filter=level:eq:4&paging=false&fields=id,path,geometry,closedDate,"
        "parent[name,parent[name]],organisationUnitGroups[name,groupSets[name]]"
    )
    facilities = answer["organisationUnits"]
    assert len(facilities) == 120
    assert all(facility["path"].count("/") == 4 for facility in facilities)
    assert any("closedDate" in facility for facility in facilities)
    assert facilities[0]["parent"]["name"].endswith("District")
    sets = {s["name"] for g in facilities[0]["organisationUnitGroups"] for s in g["groupSets"]}
    assert sets == {"Facility type", "Ownership"}


async def test_levels_are_named_and_filled(ask: Ask) -> None:
    _, named = await ask("organisationUnitLevels?fields=name,level&order=level")
    _, filled = await ask("filledOrganisationUnitLevels")
    names = ["National", "County", "District", "Facility"]
    assert [level["name"] for level in named["organisationUnitLevels"]] == names
    assert [level["level"] for level in filled] == [1, 2, 3, 4]


async def test_a_second_read_finds_only_what_changed_and_what_was_deleted(ask: Ask) -> None:
    _, info = await ask("system/info")
    since = info["serverDate"]
    changed_since = f"organisationUnits?filter=lastUpdated:ge:{since}&paging=false"
    assert _ids((await ask(changed_since))[1]) == []
    _, facilities = await ask("organisationUnits?filter=level:eq:4&pageSize=2")
    renamed, removed = _ids(facilities)
    wish = {"put": [{"id": renamed, "name": "Renamed Clinic"}], "delete": [removed]}
    await ask("/control", "POST", json=wish)
    assert _ids((await ask(changed_since))[1]) == [renamed]
    _, gone = await ask(f"deletedObjects?klass=OrganisationUnit&deletedAt={since}")
    assert [thing["uid"] for thing in gone["deletedObjects"]] == [removed]
    assert (await ask(f"organisationUnits/{removed}"))[0] == 404


async def test_moving_a_district_changes_its_facilities_paths_and_not_their_stamps(ask: Ask) -> None:
    _, counties = await ask("organisationUnits?level=2&pageSize=2")
    here, there = _ids(counties)
    _, districts = await ask(f"organisationUnits?filter=parent.id:eq:{here}&pageSize=1")
    (district,) = _ids(districts)
    below = f"organisationUnits?filter=parent.id:eq:{district}&fields=id,path,lastUpdated&paging=false"
    _, before = await ask(below)
    await ask("/control", "POST", json={"put": [{"id": district, "parent": {"id": there}}]})
    _, after = await ask(below)
    for old, new in zip(before["organisationUnits"], after["organisationUnits"], strict=True):
        assert new["path"] == old["path"].replace(here, there)
        assert new["lastUpdated"] == old["lastUpdated"]


async def test_the_tree_can_be_broken_by_an_orphan_and_a_loop(ask: Ask) -> None:
    _, districts = await ask("organisationUnits?level=3&pageSize=2&fields=id,parent[id]")
    orphan, looped = districts["organisationUnits"]
    changes = [
        {"id": orphan["id"], "parent": {"id": "Nowhere0000"}},
        {"id": looped["parent"]["id"], "parent": {"id": looped["id"]}},
    ]
    await ask("/control", "POST", json={"put": changes})
    _, answer = await ask("organisationUnits?paging=false&fields=id,path,parent[id]")
    units = {unit["id"]: unit for unit in answer["organisationUnits"]}
    assert units[orphan["id"]]["parent"] == {"id": "Nowhere0000"}
    assert units[looped["parent"]["id"]]["parent"] == {"id": looped["id"]}


@pytest.mark.parametrize(("dialect", "status", "code"), [("2.42", 409, "E7619"), ("2.43", 200, "E8024")])
async def test_a_bad_row_is_refused_and_the_good_one_saved_whatever_the_status_says(
    ask: Ask, status: int, code: str
) -> None:
    form, elements, unit = await _stock(ask)
    rows = [
        {"dataElement": elements["SOH_ACT"], "value": "40"},
        {"dataElement": elements["SOH_ORS"], "value": "many"},
    ]
    payload = {"dataSet": form, "period": "202601", "orgUnit": unit, "dataValues": rows}
    got, answer = await ask("dataValueSets", "POST", json=payload)
    assert got == status
    summary = answer["response"]
    assert (answer["status"], summary["status"]) == ("WARNING", "WARNING")
    assert summary["importCount"] == {"imported": 1, "updated": 0, "ignored": 1, "deleted": 0}
    assert summary["rejectedIndexes"] == [1]
    assert [conflict["errorCode"] for conflict in summary["conflicts"]] == [code]
    _, read = await ask(f"dataValueSets?dataSet={form}&period=202601&orgUnit={unit}")
    assert [row["value"] for row in read["dataValues"]] == ["40"]


@pytest.mark.parametrize(("dialect", "status", "saved"), [("2.42", 200, 1), ("2.43", 409, 0)])
async def test_without_a_data_set_the_new_dialect_refuses_what_belongs_to_two(
    ask: Ask, status: int, saved: int
) -> None:
    _, elements, unit = await _stock(ask)
    row = {"dataElement": elements["SOH_GLV"], "value": "3"}
    got, answer = await ask(
        "dataValueSets", "POST", json={"period": "202601", "orgUnit": unit, "dataValues": [row]}
    )
    assert (got, answer["response"]["importCount"]["imported"]) == (status, saved)


@BOTH
async def test_codes_unchanged_values_and_completeness(ask: Ask) -> None:
    _, _, unit = await _stock(ask)
    _, facility = await ask(f"organisationUnits/{unit}")
    payload = {
        "dataSet": "STOCK_M",
        "period": "202602",
        "orgUnit": facility["code"],
        "completeDate": "2026-03-01",
        "dataValues": [{"dataElement": "SOH_ACT", "value": "5"}],
    }
    _, first = await ask("dataValueSets?idScheme=CODE", "POST", json=payload)
    _, again = await ask("dataValueSets?idScheme=CODE", "POST", json=payload)
    assert first["response"]["importCount"]["imported"] == 1
    assert again["response"]["importCount"]["ignored"] == 1
    assert first["response"]["dataSetComplete"] == "2026-03-01"
    form, _, _ = await _stock(ask)
    _, info = await ask("me")
    root = info["organisationUnits"][0]["id"]
    path = f"completeDataSetRegistrations?dataSet={form}&period=202602&orgUnit={root}&children=true"
    _, done = await ask(path)
    assert [row["organisationUnit"] for row in done["completeDataSetRegistrations"]] == [unit]
    await ask(f"completeDataSetRegistrations?ds={form}&pe=202602&ou={unit}", "DELETE")
    assert (await ask(path))[1]["completeDataSetRegistrations"] == []


@pytest.mark.parametrize(("dialect", "saved"), [("2.42", 0), ("2.43", 1)])
async def test_the_old_dialect_drops_a_zero_that_is_not_significant(ask: Ask, saved: int) -> None:
    form, elements, unit = await _stock(ask)
    row = {"dataElement": elements["SOH_GLV"], "value": "0"}
    payload = {"dataSet": form, "period": "202601", "orgUnit": unit, "dataValues": [row]}
    _, answer = await ask("dataValueSets", "POST", json=payload)
    assert answer["response"]["importCount"]["imported"] == saved


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dataElement": "Nothing0000"}, "E7610"),
        ({"orgUnit": "Nowhere0000"}, "E7612"),
        ({"period": "209901"}, "E7641"),
        ({"period": "2026W01"}, "E7611"),
    ],
)
async def test_each_fault_of_a_row_has_its_code(ask: Ask, change: dict[str, str], code: str) -> None:
    form, elements, unit = await _stock(ask)
    row = {"dataElement": elements["SOH_ACT"], "orgUnit": unit, "period": "202601", "value": "1"} | change
    _, answer = await ask("dataValueSets", "POST", json={"dataSet": form, "dataValues": [row]})
    assert answer["response"]["conflicts"][0]["errorCode"] == code


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("organisationUnits?filter=level:near:4", 400),
        ("organisationUnits?fields=parent[id", 400),
        ("organisationUnits?page=0", 400),
        ("dataValueSets", 409),
        ("nothing", 404),
    ],
)
async def test_what_is_not_understood_is_refused_with_a_web_message(ask: Ask, path: str, status: int) -> None:
    got, answer = await ask(path)
    assert (got, answer["httpStatusCode"], answer["status"]) == (status, status, "ERROR")


@BOTH
async def test_a_facility_is_patched_property_by_property(
    ask: Ask, dhis2_login: dict[str, str], dialect: str
) -> None:
    _, _, unit = await _stock(ask)
    patch = {"Content-Type": "application/json-patch+json", **dhis2_login}

    async def send(*operations: Any) -> tuple[int, Any]:
        return await ask(f"organisationUnits/{unit}", "PATCH", headers=patch, json=list(operations))

    _, before = await ask(f"organisationUnits/{unit}")
    closed = {"op": "add", "path": "/closedDate", "value": "2026-02-01"}
    status, answer = await send(closed, {"op": "replace", "path": "/phoneNumber", "value": "+231770123999"})
    assert (status, answer["status"], answer["response"]["errorReports"]) == (200, "OK", [])
    _, after = await ask(f"organisationUnits/{unit}")
    assert (after["closedDate"], after["phoneNumber"]) == ("2026-02-01T00:00:00.000", "+231770123999")
    assert after["lastUpdated"] > before["lastUpdated"]
    await send({"op": "remove", "path": "/closedDate"})
    _, opened = await ask(f"organisationUnits/{unit}")
    assert "closedDate" not in opened
    assert opened["name"] == before["name"]


@pytest.mark.parametrize(
    ("operation", "status", "words"),
    [
        ({"op": "add", "path": "/phoneNumber", "value": "0" * 151}, 409, "Maximum length of property"),
        ({"op": "remove", "path": "/name"}, 409, "Missing required property"),
        ({"op": "remove", "path": "/closedDate"}, 400, "nothing to remove"),
        ({"op": "test", "path": "/name", "value": "x"}, 400, "not supported"),
        ({"op": "add", "path": "/closedDate", "value": "soon"}, 400, "not a date"),
        ({"op": "add", "path": "/comment"}, 400, "no value"),
    ],
)
async def test_a_patch_that_cannot_be_is_refused_whole(
    ask: Ask, dhis2_login: dict[str, str], operation: dict[str, str], status: int, words: str
) -> None:
    _, _, unit = await _stock(ask)
    patch = {"Content-Type": "application/json-patch+json", **dhis2_login}
    fine = {"op": "add", "path": "/comment", "value": "Patched"}
    told, answer = await ask(f"organisationUnits/{unit}", "PATCH", headers=patch, json=[fine, operation])
    assert told == status
    assert words in str(answer)
    _, after = await ask(f"organisationUnits/{unit}")
    assert after.get("comment") != "Patched"


async def test_a_patch_names_its_kind_and_a_unit_that_is_there(ask: Ask, dhis2_login: dict[str, str]) -> None:
    _, _, unit = await _stock(ask)
    status, _ = await ask(f"organisationUnits/{unit}", "PATCH", json=[])
    assert status == 415
    patch = {"Content-Type": "application/json-patch+json", **dhis2_login}
    status, answer = await ask("organisationUnits/Nowhere0001", "PATCH", headers=patch, json=[])
    assert (status, answer["errorCode"]) == (404, "E1005")
