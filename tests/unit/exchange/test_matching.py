"""Which channel a request belongs to, and what is written down of it."""

import re
from typing import Any

import pytest

from mhero.exchange.gateway.matching import Caller, Way, match, may_use, path_to_keep, query_to_keep
from mhero.platform.ids import new_id


def way(pattern: str, **fields: Any) -> Way:
    defaults = {
        "id": new_id(),
        "name": pattern,
        "methods": frozenset({"GET"}),
        "is_public": False,
        "allow": frozenset(),
        "whitelist": frozenset(),
        "route": None,
        "timeout_seconds": 60,
        "keeps_request_body": True,
        "keeps_response_body": True,
    }
    return Way(pattern=re.compile(pattern), **{**defaults, **fields})


def test_a_pattern_is_searched_in_the_raw_path_and_minds_its_case() -> None:
    ways = [way("Location")]
    assert match(ways, "GET", "/fhir/Location/1") is ways[0]
    assert match(ways, "GET", "/fhir/location/1") is None
    assert match([way("a%20b")], "GET", "/a%20b") is not None
    assert match([way("a b")], "GET", "/a%20b") is None


def test_the_first_that_fits_path_and_method_decides() -> None:
    ways = [way("^/x", methods=frozenset({"POST"})), way("^/x"), way("^/")]
    assert match(ways, "GET", "/x") is ways[1]
    assert match([way("^/x", methods=frozenset())], "GET", "/x") is None


@pytest.mark.parametrize(
    "path", ["/a/../b", "/a/./b", "/a/..", "/a/%2E%2e/b", "/a/.%2e/b", "/a/..%2fb", "/a\\b", "/a/%5cb"]
)
def test_a_path_that_could_be_read_in_two_ways_leads_nowhere(path: str) -> None:
    assert match([way("^/")], "GET", path) is None


@pytest.mark.parametrize("path", ["/a/.well-known", "/a/v1..2", "/a/b...", "/a.b/c"])
def test_dots_inside_a_name_are_only_dots(path: str) -> None:
    assert match([way("^/")], "GET", path) is not None


def test_a_client_comes_in_by_a_role_or_by_its_name() -> None:
    closed = way("^/", allow=frozenset({"health-workers", "dashboard"}))
    assert may_use(closed, Caller(client_id="planner", roles=frozenset({"health-workers"})), "10.0.0.1")
    assert may_use(closed, Caller(client_id="dashboard", roles=frozenset()), "10.0.0.1")
    assert not may_use(closed, Caller(client_id="teah", roles=frozenset({"other"})), "10.0.0.1")
    assert not may_use(closed, None, "10.0.0.1")
    assert not may_use(way("^/"), Caller(client_id="teah", roles=frozenset({"any"})), "10.0.0.1")


def test_a_whitelist_counts_for_public_channels_too() -> None:
    listed = way("^/", is_public=True, whitelist=frozenset({"10.0.0.1"}))
    assert may_use(listed, None, "10.0.0.1")
    assert not may_use(listed, None, "10.0.0.2")


def test_a_secret_in_a_path_is_hidden() -> None:
    patterns = [re.compile(r"^/c/[^/]+/[^/]+/(?P<secret>[^/]+)")]
    assert path_to_keep(patterns, "/c/external/7/s3cret/status") == "/c/external/7/[hidden]/status"
    assert path_to_keep(patterns, "/fhir/Location") == "/fhir/Location"


def test_of_a_query_only_what_may_be_kept_is_kept() -> None:
    query = "from=%2B231770000001&text=Yes%20pls&empty="
    assert query_to_keep(query, keeps_values=True) == query
    assert query_to_keep(query, keeps_values=False) == "from=[hidden]&text=[hidden]&empty=[hidden]"
    assert query_to_keep("name=a%20b&Token=x", keeps_values=True) == "name=a%20b&Token=[hidden]"
    assert query_to_keep("", keeps_values=False) == ""
