"""What the gateway hands to a service inside mHero, and what it gets back.

The values live here because rooms that serve them (registry, messaging) do not know the exchange.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalRequest:
    """A request from another system, after the gateway has let it through."""

    #: Upper case.
    method: str
    #: As it came: percent-encoded, without the query.
    path: str
    #: As it came: percent-encoded, without the question mark.
    query_string: str
    #: Names in lower case; of a repeated header the last one.
    headers: Mapping[str, str]
    body: bytes
    #: Empty on a public channel when the caller did not say who it is.
    client_id: str
    #: What the caller may read beyond the channel itself; empty when it is not known.
    client_roles: frozenset[str]
    #: The address the request came from.
    ip: str

    @property
    def query(self) -> list[tuple[str, str]]:
        """The decoded pairs in their order; a name may come more than once."""
        return parse_qsl(self.query_string, keep_blank_values=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalResponse:
    """The answer of a service inside mHero."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    #: Further headers.
    headers: Mapping[str, str] = field(default_factory=dict)


#: Answers a request; what it raises becomes a 500 whose body tells the caller nothing.
LocalService = Callable[[LocalRequest], Awaitable[LocalResponse]]
