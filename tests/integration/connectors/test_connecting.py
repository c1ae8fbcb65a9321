"""Connecting a system, and trying whether the connection works."""

from typing import Any

import pytest
from aiohttp import web
from tests.integration.connectors.sources import PEOPLE, run_channel

from mhero.sandbox.credentials import DHIS2_TOKEN, IHRIS_PASSWORD, IHRIS_USER


def ihris_at(url: str, **other: Any) -> Any:
    from mhero.connectors.models import Connection

    login = {"username": IHRIS_USER, "secret": IHRIS_PASSWORD}
    return Connection(**{"system": "ihris", "url": url, "options": {"timeout_seconds": 1}} | login | other)


def dhis2_at(url: str, **other: Any) -> Any:
    from mhero.connectors.models import Connection

    return Connection(**{"system": "dhis2", "url": url, "secret": DHIS2_TOKEN} | other)


def test_connecting_sets_the_schedule_going_and_asks_for_a_first_sync(channels: None) -> None:
    from mhero.connectors.services import connect
    from mhero.exchange.models import Channel, Run

    assert Channel.objects.get(mediator="ihris").due_at is None
    connection = connect("ihris", "https://ihris.example.org/fhir", "mhero", "s3cret", by="korto@example.org")
    assert Channel.objects.get(mediator="ihris").due_at is not None
    run = Run.objects.get()
    assert (run.channel.mediator, run.requested_by) == ("ihris", "korto@example.org")
    again = connect("ihris", "https://ihris.example.org/fhir", "mhero", "")
    assert (again.id, again.secret) == (connection.id, "s3cret")
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "root"),
    [
        ("https://dhis2.example.org", "https://dhis2.example.org"),
        (" https://dhis2.example.org/ ", "https://dhis2.example.org"),
        ("https://example.org/hmis/api", "https://example.org/hmis"),
        ("https://example.org/hmis/api/me.json?fields=id", "https://example.org/hmis"),
        ("https://example.org/hmis/dhis-web-dashboard/#/x", "https://example.org/hmis"),
        ("https://example.org:8443/dhis/apps", "https://example.org:8443/dhis"),
    ],
)
def test_the_address_of_dhis2_is_found_in_what_people_copy(db: None, typed: str, root: str) -> None:
    from mhero.connectors.doors import dhis2_root

    assert dhis2_root(typed) == root


def test_another_ihris_is_read_from_its_beginning(ihris: Any) -> None:
    ihris.sync()
    # The same server by another name.
    ihris.connect(url=ihris.url.replace("127.0.0.1", "localhost"))
    run = ihris.sync()
    assert run.counts["unchanged"] == run.counts["expected"] > PEOPLE


def test_the_secret_is_encrypted_at_rest(channels: None) -> None:
    from django.db import connection

    from mhero.connectors.services import connect

    connect("ihris", "https://ihris.example.org/fhir", "mhero", "s3cret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM connectors_connection")
        assert "s3cret" not in cursor.fetchone()[0]


def test_a_system_that_is_not_connected_is_not_read(channels: None) -> None:
    run = run_channel("dhis2")
    assert (run.status, "not connected yet" in run.error) == ("failed", True)


def test_trying_ihris_says_what_is_there_and_names_nobody(db: None, sandbox: Any) -> None:
    from mhero.connectors.services import try_connection

    finding = try_connection(ihris_at(f"{sandbox.ihris_url}/metadata"))
    assert finding.works
    assert "iHRIS answers (HAPI FHIR Server 6.8.0)." in finding.words
    assert f"{PEOPLE} health workers." in finding.words
    assert finding.advice == ""


def test_trying_dhis2_says_what_is_there(db: None, sandbox: Any) -> None:
    from mhero.connectors.services import try_connection

    finding = try_connection(dhis2_at(f"{sandbox.dhis2_url}/api/"))
    assert finding.works
    assert "DHIS2 2.42" in finding.words
    assert "Levels: National, County, District, Facility." in finding.words


@pytest.mark.parametrize(
    ("fault", "words", "advice"),
    [
        ({"kind": "html"}, "web page", "usually ends in /fhir"),
        ({"kind": "unauthorised"}, "(401)", "Check the user name"),
        ({"kind": "timeout", "seconds": 3}, "did not answer within 1 seconds", "Check the address"),
        ({"kind": "down"}, "broke off", "Check the address"),
    ],
)
def test_each_failure_is_a_sentence_with_what_to_do(ihris: Any, fault: Any, words: str, advice: str) -> None:
    from mhero.connectors.models import Connection
    from mhero.connectors.services import try_connection

    ihris.connect(options={"timeout_seconds": 1})
    ihris.control(fault=fault)
    finding = try_connection(Connection.objects.get())
    assert not finding.works
    assert words in finding.words
    assert advice in finding.advice
    assert Connection.objects.get().last_finding == finding.words


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/fhir", "cannot be reached"),
        ("ftp://example.org/fhir", "must begin with http"),
        ("http://[::/fhir", "not a web address"),
    ],
)
def test_a_wrong_address_is_told(db: None, url: str, words: str) -> None:
    from mhero.connectors.services import try_connection

    finding = try_connection(ihris_at(url))
    assert not finding.works
    assert words in finding.words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"hello": "world"}, "not that of a FHIR server"),
        ([], "not that of a FHIR server"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.1"}, "FHIR 3.0.1"),
    ],
)
def test_another_kind_of_server_is_told(db: None, serve: Any, answer: Any, words: str) -> None:
    from mhero.connectors.services import try_connection

    application = web.Application()

    async def say(_: web.Request) -> web.Response:
        return web.json_response(answer)

    application.router.add_get("/{path:.*}", say)
    finding = try_connection(ihris_at(serve(application)))
    assert (finding.works, words in finding.words) == (False, True)
    assert not try_connection(dhis2_at(serve(application))).works
