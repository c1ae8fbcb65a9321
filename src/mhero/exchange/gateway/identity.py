"""Who is calling: a client certificate, or Basic authentication.

Hashes of passwords are slow to check on purpose, so a right one is remembered for a minute, by a keyed digest
that is worth nothing outside this process; wrong ones are counted, and too many are no longer looked at.
"""

import asyncio
import base64
import binascii
import hashlib
import os
import time
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password

from mhero.exchange.gateway.configuration import Exchange
from mhero.exchange.gateway.matching import Caller

REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 10_000
#: Wrong passwords a minute after which the rest of that minute is refused unseen.
WRONG_FROM_ONE_ADDRESS = 60
WRONG_FOR_ONE_CLIENT = 10
#: Checked at one time: a flood of wrong passwords may not take the processor from the others.
CHECKS_AT_ONCE = 2
LONGEST_CREDENTIALS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    #: None when nobody could be recognised.
    caller: Caller | None
    #: The name that was given, right or wrong; empty when there was none.
    claimed: str = ""


class Doorkeeper:
    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._right: dict[bytes, float] = {}
        self._wrong: dict[tuple[str, str], int] = {}
        self._wrong_since = time.monotonic()
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)
        # Checked for a client that does not exist, so that the time taken does not say so.
        self._nobody = make_password(os.urandom(16).hex())

    async def identify(
        self, exchange: Exchange, *, authorization: str, certificate: bytes | None, ip: str
    ) -> Identity:
        """A known certificate goes before a password. `certificate` is DER."""
        if certificate:
            known = exchange.by_fingerprint.get(hashlib.sha256(certificate).hexdigest())
            if known is not None:
                return Identity(caller=known.caller, claimed=known.caller.client_id)
        credentials = basic_credentials(authorization)
        if credentials is None:
            return Identity(caller=None)
        return await self._check(exchange, *credentials, ip)

    async def _check(self, exchange: Exchange, client_id: str, password: str, ip: str) -> Identity:
        known = exchange.by_client_id.get(client_id)
        password_hash = known.password_hash if known else ""
        digest = self._digest(client_id, password, password_hash)
        remembered_until = self._right.get(digest, 0.0)
        if known and password_hash and remembered_until > time.monotonic():
            return Identity(caller=known.caller, claimed=client_id)
        # What was right before is always looked at, so that a neighbour's guesses keep no client out.
        if not remembered_until and self._is_tired_of(client_id, ip):
            return Identity(caller=None, claimed=client_id)
        async with self._checks:
            is_right = await asyncio.to_thread(check_password, password, password_hash or self._nobody)
        if known and password_hash and is_right:
            if len(self._right) >= MOST_REMEMBERED:
                self._right.clear()
            self._right[digest] = time.monotonic() + REMEMBERED_SECONDS
            return Identity(caller=known.caller, claimed=client_id)
        self._count_wrong(client_id, ip)
        return Identity(caller=None, claimed=client_id)

    def _digest(self, client_id: str, password: str, password_hash: str) -> bytes:
        # With the hash in it, a changed password is forgotten at once.
        text = "\x00".join((client_id, password_hash, password))
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key).digest()

    def _is_tired_of(self, client_id: str, ip: str) -> bool:
        if time.monotonic() - self._wrong_since > 60:
            self._wrong.clear()
            self._wrong_since = time.monotonic()
        # A client's count is kept by address, so that nobody can lock another's client out.
        return (
            self._wrong.get((ip, ""), 0) >= WRONG_FROM_ONE_ADDRESS
            or self._wrong.get((ip, client_id), 0) >= WRONG_FOR_ONE_CLIENT
        )

    def _count_wrong(self, client_id: str, ip: str) -> None:
        for key in {(ip, ""), (ip, client_id)}:
            self._wrong[key] = self._wrong.get(key, 0) + 1


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """User name and password (RFC 7617), or None when the header is not Basic or cannot be read."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > LONGEST_CREDENTIALS:
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    client_id, colon, password = text.partition(":")
    return (client_id, password) if colon else None
