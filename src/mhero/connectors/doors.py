"""How to knock at each foreign system: its address as its API wants it, and how to sign in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from mhero.connectors.models import Connection, System
from mhero.platform.http import RecordedClient

#: What people copy from the browser's address bar behind the address itself.
_IHRIS_TAIL: Final = re.compile(r"/(metadata|Practitioner|PractitionerRole|Location)?([?#].*)?$")
_DHIS2_TAIL: Final = re.compile(r"/(api|dhis-web-[a-z-]+|apps|login)?(/.*)?([?#].*)?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    #: What its people call it, for the words of errors.
    partner: str
    #: Of its API.
    base_url: str
    #: User name and password for Basic authentication.
    auth: tuple[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class MakesClients(Protocol):
    """`RunContext.http`, or `RecordedClient` itself."""

    def __call__(
        self,
        base_url: str,
        *,
        partner: str,
        auth: tuple[str, str] | None,
        headers: Mapping[str, str],
        timeout_seconds: float,
        attempts: int,
    ) -> RecordedClient: ...


def ihris_door(connection: Connection) -> Door:
    headers = {"Accept": "application/fhir+json, application/json"}
    if connection.secret and not connection.username:
        headers["Authorization"] = f"Bearer {connection.secret}"
    return Door(
        partner=connection.get_system_display(),
        base_url=_IHRIS_TAIL.sub("", connection.url.strip()),
        auth=(connection.username, connection.secret) if connection.username else None,
        headers=headers,
    )


def dhis2_door(connection: Connection) -> Door:
    # With this DHIS2 answers 401 where it would otherwise lead a browser to its sign-in page.
    headers = {"X-Requested-With": "XMLHttpRequest"}
    if connection.secret and not connection.username:
        headers["Authorization"] = f"ApiToken {connection.secret}"
    return Door(
        partner=connection.get_system_display(),
        base_url=f"{dhis2_root(connection.url)}/api",
        auth=(connection.username, connection.secret) if connection.username else None,
        headers=headers,
    )


def dhis2_root(url: str) -> str:
    """The address that people open in the browser, such as `https://dhis2.example.org/hmis`."""
    scheme, separator, rest = url.strip().partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host}{_DHIS2_TAIL.sub('', slash + path)}"


DOORS: Final[Mapping[str, Callable[[Connection], Door]]] = {
    System.IHRIS: ihris_door,
    System.DHIS2: dhis2_door,
}


def opened(
    connection: Connection, make: MakesClients, *, timeout_seconds: float = 30, attempts: int = 4
) -> RecordedClient:
    """A client for the connected system, as patient as the connection's options say. Close it."""
    door = DOORS[connection.system](connection)
    return make(
        door.base_url,
        partner=door.partner,
        auth=door.auth,
        headers=door.headers,
        timeout_seconds=float(option(connection, "timeout_seconds", timeout_seconds)),
        attempts=int(option(connection, "attempts", attempts)),
    )


def option(connection: Connection, name: str, default: Any) -> Any:
    """What this country chose on the connection, or the default."""
    chosen = connection.options.get(name)
    return default if chosen in (None, "", {}, []) else chosen
