"""Which channel a request belongs to, and whether its caller may use it. Functions of their arguments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote
from uuid import UUID

from mhero.platform.calls import SECRET_PARAMETERS

#: What is written in place of a value that is not kept.
HIDDEN = "[hidden]"
#: `/../` and its kin, encoded or not: what stands behind a route could read them as another path.
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?:/|\\|%2f|%5c|$)|\\|%5c", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where a channel leads: a service inside mHero, or another system over HTTP."""

    name: str
    #: The name of a service inside mHero; empty for another system.
    service: str = ""
    host: str = ""
    port: int = 80
    secured: bool = False
    #: Replaces the request's path when it is not empty.
    path: str = ""
    #: Basic authentication at the other system; empty is none.
    username: str = ""
    password: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """An HTTP channel, ready to be matched."""

    id: UUID
    name: str
    #: Searched in the raw percent-encoded path. A group called `secret` marks what is not written down.
    pattern: re.Pattern[str]
    methods: frozenset[str]
    is_public: bool
    #: Roles and client ids.
    allow: frozenset[str]
    #: Empty is any address.
    whitelist: frozenset[str]
    route: Route | None
    timeout_seconds: float
    keeps_request_body: bool
    keeps_response_body: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A client that has shown who it is."""

    client_id: str
    roles: frozenset[str]


def match(ways: Sequence[Way], method: str, path: str) -> Way | None:
    """The first channel, in the order given, whose pattern is found in the path and that knows the method."""
    if _DOT_SEGMENT.search(path):
        return None
    for way in ways:
        if method in way.methods and way.pattern.search(path):
            return way
    return None


def may_use(way: Way, caller: Caller | None, ip: str) -> bool:
    """Whether the first match lets the caller in; no other channel is asked."""
    if way.whitelist and ip not in way.whitelist:
        return False
    if way.is_public:
        return True
    return caller is not None and (caller.client_id in way.allow or not way.allow.isdisjoint(caller.roles))


def path_to_keep(secret_patterns: Sequence[re.Pattern[str]], path: str) -> str:
    """The path with what the group `secret` finds hidden, by the first pattern that finds something."""
    for pattern in secret_patterns:
        found = pattern.search(path)
        if found and found["secret"]:
            start, end = found.span("secret")
            return path[:start] + HIDDEN + path[end:]
    return path


def query_to_keep(query_string: str, *, keeps_values: bool) -> str:
    """A query as it may be written down: no secrets and, unless told so, no values at all.

    Values may be numbers, names or texts of people.
    """
    pairs = parse_qsl(query_string, keep_blank_values=True)
    if keeps_values and not any(name.lower() in SECRET_PARAMETERS for name, _ in pairs):
        return query_string
    return "&".join(
        f"{quote(name)}={quote(value) if keeps_values and name.lower() not in SECRET_PARAMETERS else HIDDEN}"
        for name, value in pairs
    )
