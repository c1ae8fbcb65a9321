"""Channels and clients in the gateway's memory, read anew when somebody changes them."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connection

from mhero.exchange.gateway.matching import Caller, Route, Way
from mhero.exchange.models import Channel, ChannelType, Client
from mhero.exchange.services import CONFIGURATION_CHANGED, ORDER_OF_CHANNELS
from mhero.platform.errors import ConfigurationError
from mhero.platform.notify import Listener
from mhero.platform.secrets import decrypt

log = logging.getLogger(__name__)
#: Also without a notification, which a lost connection could have swallowed.
REFRESH_SECONDS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownClient:
    caller: Caller
    #: Django's encoded hash; empty when Basic authentication is off.
    password_hash: str
    #: SHA-256 in hexadecimal; empty when mutual TLS is off.
    fingerprint: str
    #: PEM.
    certificate: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """Everything that a request needs to know, at one moment."""

    ways: Sequence[Way]
    #: Patterns with a group `secret`, those of channels that are off too: what comes there is still hidden.
    secret_patterns: Sequence[re.Pattern[str]] = ()
    by_client_id: Mapping[str, KnownClient] = field(default_factory=dict)
    by_fingerprint: Mapping[str, KnownClient] = field(default_factory=dict)

    @property
    def certificates(self) -> list[str]:
        return [known.certificate for known in self.by_fingerprint.values() if known.certificate]


def read() -> Exchange:
    """What the database says now."""
    channels = list(Channel.objects.filter(type=ChannelType.HTTP).order_by(*ORDER_OF_CHANNELS))
    ways = [(channel, way) for channel in channels if (way := _way(channel))]
    clients = [_known(client) for client in Client.objects.filter(is_enabled=True)]
    return Exchange(
        ways=[way for channel, way in ways if channel.is_enabled],
        secret_patterns=[way.pattern for _, way in ways if "secret" in way.pattern.groupindex],
        by_client_id={known.caller.client_id: known for known in clients},
        by_fingerprint={known.fingerprint: known for known in clients if known.fingerprint},
    )


def _known(client: Client) -> KnownClient:
    return KnownClient(
        caller=Caller(client_id=client.client_id, roles=frozenset(client.roles)),
        password_hash=client.password_hash,
        fingerprint=client.certificate_fingerprint,
        certificate=client.certificate,
    )


def _way(channel: Channel) -> Way | None:
    """None for a channel that cannot work, so that one broken channel leaves the others alone."""
    try:
        pattern = re.compile(channel.url_pattern)
        route = _primary(channel.routes)
    except (re.error, ConfigurationError, ValueError) as error:
        log.warning("The channel %s is left out: %s", channel.name, error)
        return None
    return Way(
        id=channel.id,
        name=channel.name,
        pattern=pattern,
        methods=frozenset(method.upper() for method in channel.methods),
        is_public=channel.is_public,
        allow=frozenset(channel.allow),
        whitelist=frozenset(channel.whitelist),
        route=route,
        timeout_seconds=channel.timeout_seconds,
        keeps_request_body=channel.keeps_request_body,
        keeps_response_body=channel.keeps_response_body,
    )


def _primary(routes: Sequence[Mapping[str, Any]]) -> Route | None:
    chosen = next((route for route in routes if route.get("primary")), routes[0] if routes else None)
    if chosen is None:
        return None
    secured = bool(chosen.get("secured"))
    return Route(
        name=chosen.get("name") or chosen.get("service") or "",
        service=chosen.get("service") or "",
        host=chosen.get("host") or "",
        port=int(chosen.get("port") or (443 if secured else 80)),
        secured=secured,
        path=chosen.get("path") or "",
        username=chosen.get("username") or "",
        password=decrypt(chosen["password"]) if chosen.get("password") else "",
    )


def _read_in_thread() -> Exchange:
    close_old_connections()
    try:
        return read()
    finally:
        connection.close()


class CurrentExchange:
    """The exchange as it is now; None until it was read for the first time."""

    def __init__(self, changed: Callable[[Exchange], None] = lambda _exchange: None) -> None:
        self.value: Exchange | None = None
        self._changed = changed
        self._stale = asyncio.Event()

    async def refresh(self) -> None:
        self.value = await sync_to_async(_read_in_thread, thread_sensitive=False)()
        self._changed(self.value)

    async def keep_fresh(self) -> None:
        """Runs until cancelled. While the database is away, what is known stays in force."""
        listener = Listener()
        listener.on(CONFIGURATION_CHANGED, lambda _payload: self._stale.set())
        async with asyncio.TaskGroup() as group:
            group.create_task(listener.run())
            group.create_task(self._refresh_when_stale())

    async def _refresh_when_stale(self) -> None:
        while True:
            self._stale.clear()
            try:
                await self.refresh()
            except DatabaseError as error:
                log.warning("Channels and clients could not be read (%s).", type(error).__name__)
                await asyncio.sleep(1)
                self._stale.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._stale.wait()
