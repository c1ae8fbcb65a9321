"""Asking connected systems over HTTP: patient, bounded, and every call told to whoever keeps the record."""

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from mhero.platform.answers import PageExpired as PageExpired
from mhero.platform.answers import PartnerRefusedWith as PartnerRefusedWith
from mhero.platform.answers import Passing, judge, meaning_of
from mhero.platform.calls import SECRET_PARAMETERS, Call
from mhero.platform.clock import now
from mhero.platform.errors import PartnerRefused, PartnerSpokeNonsense, PartnerUnavailable
from mhero.platform.ids import new_id

Auth = tuple[str, str] | httpx.Auth | None
Params = Mapping[str, str | int] | Sequence[tuple[str, str | int]] | None

#: A request that changes something is sent once: its answer may have been lost after it was carried out.
REPEATABLE_METHODS = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A partner's answer with a status below 300, or one that was asked for."""

    url: str
    status: int
    #: Looked up in whatever case.
    headers: httpx.Headers
    body: bytes
    #: The name of the partner, for the words of an error.
    partner: str

    def json(self) -> Any:
        """The body as JSON; raises `PartnerSpokeNonsense` when it is not."""
        try:
            return json.loads(self.body)
        except (ValueError, UnicodeDecodeError, RecursionError) as error:
            raise PartnerSpokeNonsense(self._nonsense()) from error

    def _nonsense(self) -> str:
        if not self.body.strip():
            return f"{self.partner} answered with nothing where data was expected."
        start = self.body[:200].lstrip().lower()
        if start.startswith((b"<!doctype", b"<html")) or "text/html" in self.headers.get("content-type", ""):
            return f"{self.partner} answered with a web page in place of data. Check its address."
        return f"{self.partner} answered with something that is not JSON."


def ignore(_call: Call) -> None:
    """The record of calls that nobody keeps."""


class RecordedClient:
    """Asks one partner. Calls may come from several threads; so may what `record` is told."""

    def __init__(
        self,
        base_url: str,
        *,
        partner: str,
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        record: Callable[[Call], None] = ignore,
        timeout_seconds: float = 30,
        attempts: int = 4,
        max_bytes: int = 64 * 1024 * 1024,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`partner` is the name used in errors; `attempts` counts the first one too."""
        self.partner = partner
        self._record = record
        self._attempts = attempts
        self._max_bytes = max_bytes
        self._timeout_seconds = timeout_seconds
        self._sleep = sleep
        try:
            self._http = httpx.Client(
                base_url=base_url.rstrip("/") + "/",
                auth=auth,
                headers={"Accept": "application/json", "User-Agent": "mHero", **(headers or {})},
                timeout=httpx.Timeout(timeout_seconds, connect=min(10.0, timeout_seconds)),
                follow_redirects=True,
                max_redirects=5,
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise PartnerRefused(f"The address of {partner} is not a web address.") from error

    def __enter__(self) -> "RecordedClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(self, url: str, params: Params = None, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", url, params=params, headers=headers)

    def get_json(self, url: str, params: Params = None, headers: Mapping[str, str] | None = None) -> Any:
        return self.get(url, params=params, headers=headers).json()

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Params = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        takes: Collection[int] = (),
    ) -> Answer:
        """Asks and, where that is harmless and can help, asks again. `url` is whole, or follows the base.

        `takes`: statuses that are an answer to this request although they are usually none. Raises
        `PartnerUnavailable`, `PartnerRefusedWith` (`PageExpired` for 410) or `PartnerSpokeNonsense`, whose
        messages are whole sentences for the people who look after the connection.
        """
        request = self._build(method, url, params, headers, json)
        attempts = self._attempts if method in REPEATABLE_METHODS else 1
        for attempt in range(1, attempts + 1):
            try:
                return self._ask_once(request, takes)
            except Passing as passing:
                if attempt == attempts:
                    raise PartnerUnavailable(str(passing)) from passing
                self._sleep(max(passing.pause_seconds, 0.5 * 2 ** (attempt - 1)))
        raise AssertionError("unreachable")

    def _build(
        self, method: str, url: str, params: Params, headers: Mapping[str, str] | None, json: Any
    ) -> httpx.Request:
        pairs = params.items() if isinstance(params, Mapping) else params
        try:
            request = self._http.build_request(
                method,
                # A leading slash would leave the path of the base.
                url.lstrip("/"),
                params=None if pairs is None else [(name, value) for name, value in pairs],
                headers=headers,
                json=json,
            )
        except httpx.InvalidURL as error:
            raise PartnerSpokeNonsense(f"{self.partner} gave a link that is not a web address.") from error
        # A partner's links may name another host, such as the one it knows itself by behind a proxy. We keep
        # to the host that we were connected with: our credentials are for that one alone.
        base = self._http.base_url
        request.url = request.url.copy_with(scheme=base.scheme, host=base.host, port=base.port)
        request.headers["Host"] = base.netloc.decode()
        return request

    def _ask_once(self, request: httpx.Request, takes: Collection[int]) -> Answer:
        begun, clock = now(), time.monotonic()
        status: int | None = None
        size, problem = 0, ""
        try:
            response = self._http.send(request, stream=True)
            status = response.status_code
            try:
                body = self._read(response, clock)
            finally:
                response.close()
            size = len(body)
            if status not in takes:
                judge(response, self.partner)
            return Answer(
                url=str(response.url),
                status=status,
                headers=response.headers,
                body=body,
                partner=self.partner,
            )
        except (httpx.HTTPError, PartnerRefused, PartnerSpokeNonsense, Passing) as error:
            if not isinstance(error, httpx.HTTPError):
                problem = str(error)
                raise
            meaning = meaning_of(error, self.partner, self._timeout_seconds)
            problem = str(meaning)
            raise meaning from error
        finally:
            self._record(self._call(request, begun, clock, status=status, size=size, error=problem))

    def _read(self, response: httpx.Response, started: float) -> bytes:
        """The body, in pieces, so that neither a huge nor an endlessly dripping answer holds us."""
        pieces, size = [], 0
        for piece in response.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > self._max_bytes:
                raise PartnerSpokeNonsense(
                    f"{self.partner} answered with more than {self._max_bytes // 2**20} MB at once."
                )
            if time.monotonic() - started > 10 * self._timeout_seconds:
                raise Passing(f"{self.partner} answers too slowly.")
        return b"".join(pieces)

    def _call(
        self,
        request: httpx.Request,
        begun: datetime,
        clock: float,
        *,
        status: int | None,
        size: int,
        error: str,
    ) -> Call:
        return Call(
            id=new_id(begun),
            name=self.partner,
            method=request.method,
            url=without_secrets(request.url),
            status=status,
            seconds=time.monotonic() - clock,
            bytes=size,
            error=error,
        )


def without_secrets(url: httpx.URL | str) -> str:
    """The address as it may be written down: no user, no password, no token."""
    url = httpx.URL(url)
    if url.userinfo:
        url = url.copy_with(userinfo=b"")
    for name in url.params:
        if name.lower() in SECRET_PARAMETERS:
            url = url.copy_set_param(name, "hidden")
    return str(url)
