"""DHIS2's fields, filters and order on objects that refer to one another."""

from zoneinfo import ZoneInfo

import pytest

from mhero.sandbox.dhis2.query import QueryRefused, choose, paged, parse_fields, render, sort

ZONE = ZoneInfo("Africa/Lagos")
COUNTY = {"id": "c1", "name": "Bong", "code": "LR-BG", "level": 2, "lastUpdated": "2026-03-01T10:00:00.000"}
CLINIC = {
    "id": "f1",
    "name": "Gbonta Clinic",
    "level": 4,
    "lastUpdated": "2026-03-02T10:00:00.000",
    "parent": COUNTY,
    "groups": [{"id": "g1", "name": "Clinic"}],
}
UNITS = [COUNTY, CLINIC]


def _fields(text: str) -> object:
    return render(CLINIC, parse_fields(text))


def test_fields_choose_nest_and_rename() -> None:
    assert _fields("id,parent[code,name~rename(label)],groups[name]") == {
        "id": "f1",
        "parent": {"code": "LR-BG", "label": "Bong"},
        "groups": [{"name": "Clinic"}],
    }


def test_a_reference_without_fields_shows_its_id() -> None:
    assert _fields("parent,groups") == {"parent": {"id": "c1"}, "groups": [{"id": "g1"}]}


def test_everything_but_one() -> None:
    assert _fields(":all,!groups,!parent") == {k: CLINIC[k] for k in ("id", "name", "level", "lastUpdated")}


def test_unclosed_fields_are_refused() -> None:
    with pytest.raises(QueryRefused):
        parse_fields("parent[id")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("level:eq:4", ["f1"]),
        ("level:le:2", ["c1"]),
        ("id:in:[f1,c1]", ["c1", "f1"]),
        ("name:ilike:CLINIC", ["f1"]),
        ("parent.code:eq:LR-BG", ["f1"]),
        ("groups.id:eq:g1", ["f1"]),
        ("code:null", ["f1"]),
        ("code:!null", ["c1"]),
        ("lastUpdated:gt:2026-03-01T10:00:00.000", ["f1"]),
        ("lastUpdated:ge:2026-03-01T10:00:00.000", ["c1", "f1"]),
        ("lastUpdated:ge:2026-03-02", ["f1"]),
    ],
)
def test_filters(text: str, found: list[str]) -> None:
    assert [unit["id"] for unit in choose(UNITS, [text], "AND", ZONE)] == found


def test_a_time_with_a_zone_is_compared_in_the_servers_own() -> None:
    # Ten o'clock in Lagos is nine in UTC.
    assert len(choose(UNITS, ["lastUpdated:gt:2026-03-01T09:00:00Z"], "AND", ZONE)) == 1
    assert len(choose(UNITS, ["lastUpdated:gt:2026-03-01T08:59:59Z"], "AND", ZONE)) == 2


def test_filters_join_by_and_unless_or_is_asked_for() -> None:
    both = ["level:eq:4", "level:eq:2"]
    assert choose(UNITS, both, "AND", ZONE) == []
    assert len(choose(UNITS, both, "OR", ZONE)) == 2


@pytest.mark.parametrize("text", ["level:near:4", "level", "lastUpdated:ge:yesterday"])
def test_a_filter_that_nobody_understands_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        choose(UNITS, [text], "AND", ZONE)


def test_order_by_several_fields_and_down() -> None:
    assert [u["id"] for u in sort(list(UNITS), "level:desc,id:asc")] == ["f1", "c1"]


def test_the_next_page_is_built_on_the_servers_own_idea_of_its_address() -> None:
    answer = paged("organisationUnits", UNITS, {"pageSize": "1", "fields": "id"}, "http://wrong.invalid")
    assert answer["organisationUnits"] == [{"id": "c1"}]
    assert answer["pager"]["total"] == 2
    assert answer["pager"]["nextPage"].startswith("http://wrong.invalid/api/organisationUnits?page=2")
