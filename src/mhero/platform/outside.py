"""Asking addresses that users wrote: nothing behind our own walls can be reached, and nobody can hold us.

A name is resolved once, every address of it is looked at, and the one that was looked at is connected to; so
it is at every redirect. All of a call, from the name to the last byte, has one deadline.
"""

import ipaddress
import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from ssl import SSLContext, create_default_context
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from mhero.platform.configuration import Network
from mhero.platform.errors import MheroError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Of these the method becomes GET, as browsers do.
SEE_OTHER = frozenset({301, 302, 303})
#: What goes to another host only if it was meant for it.
PRIVATE_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


class OutsideError(MheroError):
    """The address could not be asked."""

    code = "outside"


class NotOutside(OutsideError):
    """The address leads into a private network."""

    code = "not_outside"


class TooSlow(OutsideError):
    """The answer did not come in time."""

    code = "too_slow"
    retryable = True


class TooBusy(OutsideError):
    """Too many calls to this host are waiting."""

    code = "too_busy"
    retryable = True


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideAnswer:
    status: int
    headers: dict[str, str]
    #: At most as many bytes as were asked for, and one: then there was more.
    body: bytes
    elapsed_ms: int


def resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(kw_only=True)
class Outside:
    """The way out for addresses that nobody of ours has looked at. Calls may come from several threads."""

    #: Private networks that may be asked all the same.
    allowed: Sequence[Network] = ()
    timeout_seconds: float = 15.0
    most_bytes: int = 256 * 1024
    most_redirects: int = 5
    most_at_once_per_host: int = 8
    resolve: Resolve = resolved
    _turns: dict[str, threading.Semaphore] = field(default_factory=dict)
    _slow_until: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ssl: SSLContext = field(default_factory=create_default_context)

    #: A host that let somebody wait in vain is left alone for so long.
    SECONDS_ALONE = 10.0

    def may_be_asked(self, host: str) -> bool:
        """Whether none of the host's addresses is private. A host without addresses may: nobody answers."""
        try:
            return all(map(self._is_allowed, self.resolve(host, 0)))
        except (OSError, UnicodeError):
            return True

    def ask(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> OutsideAnswer:
        """One call, its redirects followed. Raises OutsideError."""
        begun = monotonic()
        deadline = begun + self.timeout_seconds
        headers = {"User-Agent": "mHero", "Accept-Encoding": "identity", **(headers or {})}
        for _ in range(self.most_redirects + 1):
            host = _host_of(url)
            with self._turn(host, deadline):
                status, answered, content = self._once(method, url, headers, body, deadline)
            location = answered.get("location", "")
            if status not in REDIRECTS or not location:
                elapsed = int((monotonic() - begun) * 1000)
                return OutsideAnswer(status=status, headers=answered, body=content, elapsed_ms=elapsed)
            url = urljoin(url, location)
            if _host_of(url) != host:
                headers = {key: value for key, value in headers.items() if key.lower() not in PRIVATE_HEADERS}
            if status in SEE_OTHER and method != "HEAD":
                method, body = "GET", b""
        raise OutsideError("The address redirects too often.")

    def _once(
        self, method: str, url: str, headers: dict[str, str], body: bytes, deadline: float
    ) -> tuple[int, dict[str, str], bytes]:
        backend = _Backend(self, deadline)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._ssl, network_backend=backend) as pool,
                pool.stream(method, url, headers=list(headers.items()), content=body) as response,
            ):
                content = b"" if method == "HEAD" else self._read(response.iter_stream())
                answered = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                return response.status, answered, content
        except httpcore.TimeoutException as error:
            self._slow_until[_host_of(url)] = monotonic() + self.SECONDS_ALONE
            raise TooSlow from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise OutsideError(type(error).__name__) from error
        except (OSError, UnicodeError, ValueError) as error:
            raise OutsideError(type(error).__name__) from error

    def _read(self, pieces: Iterable[bytes]) -> bytes:
        content = bytearray()
        for piece in pieces:
            content += piece
            if len(content) > self.most_bytes:
                break
        return bytes(content[: self.most_bytes + 1])

    @contextmanager
    def _turn(self, host: str, deadline: float) -> Iterator[None]:
        """One of the few calls that may be open to a host at one time."""
        if self._slow_until[host] > monotonic():
            raise TooBusy
        with self._lock:
            turn = self._turns.setdefault(host, threading.Semaphore(self.most_at_once_per_host))
        if not turn.acquire(timeout=max(0.0, deadline - monotonic())):
            raise TooBusy
        try:
            yield
        finally:
            turn.release()

    def addresses(self, host: str, port: int) -> list[str]:
        """The host's addresses, all of which may be asked. Raises NotOutside."""
        found = list(self.resolve(host, port))
        if not found or not all(map(self._is_allowed, found)):
            raise NotOutside
        return found

    def _is_allowed(self, text: str) -> bool:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
        # An IPv4 address can hide in an IPv6 one.
        for inner in (getattr(address, "ipv4_mapped", None), getattr(address, "sixtofour", None)):
            address = inner or address
        if any(address in network for network in self.allowed if network.version == address.version):
            return True
        return address.is_global and not address.is_multicast and not _is_translated(address)


def _is_translated(address: Address) -> bool:
    """Whether a translator would make an IPv4 address of it, which nobody looked at (RFC 6052, RFC 4380)."""
    networks = ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32")
    return any(address in ipaddress.ip_network(each) for each in networks if address.version == 6)


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise OutsideError("The address is none.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OutsideError("The address is none.")
    return parts.hostname


class _Backend(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, and lets nothing take longer than the deadline."""

    def __init__(self, outside: Outside, deadline: float) -> None:
        self._outside = outside
        self._deadline = deadline
        self._under = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - There is one deadline for all.
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._under.connect_tcp(
                    address, port, _left(self._deadline), local_address, socket_options
                )
                return _Stream(stream, self._deadline)
            except httpcore.ConnectError as error:
                failure = error
        raise failure or httpcore.ConnectError()

    def _addresses(self, host: str, port: int) -> list[str]:
        """Waits no longer than for all else: a look-up cannot be told to end, only be left alone."""
        answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._outside.addresses(host, port))
            except (OSError, UnicodeError, ValueError, OutsideError) as error:
                answers.put(error)

        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        try:
            answer = answers.get(timeout=_left(self._deadline))
        except Empty as error:
            raise httpcore.ConnectTimeout from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise NotOutside


class _Stream(httpcore.NetworkStream):
    def __init__(self, under: httpcore.NetworkStream, deadline: float) -> None:
        self._under = under
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._under.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._under.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._under.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        under = self._under.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Stream(under, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._under.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
