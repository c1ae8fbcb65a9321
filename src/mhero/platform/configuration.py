"""The settings an administrator can change, read once from the environment."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mhero.platform.errors import ConfigurationError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """One installation's settings. Every field has an environment variable of the name given beside it."""

    #: `MHERO_HOME`: the folder that holds the data, the secret key and the embedded database.
    home: Path
    #: `DATABASE_URL`: any PostgreSQL of version 15 or later; None means the embedded one.
    database_url: str | None
    #: `MHERO_BIND`: the address the servers listen on. Loopback unless somebody chooses otherwise.
    bind: str
    #: `MHERO_WEB_PORT`: the console.
    web_port: int
    #: `MHERO_GATEWAY_PORT`: the gateway, plain HTTP.
    gateway_port: int
    #: `MHERO_GATEWAY_TLS_PORT`: the gateway, HTTPS with client certificates.
    gateway_tls_port: int
    #: `MHERO_SANDBOX_PORT`: the first of the sandbox's ports, when it runs.
    sandbox_port: int
    #: `MHERO_WORKERS`: web server processes.
    web_processes: int
    #: `MHERO_PUBLIC_URL`: the address people type to reach the console.
    public_url: str
    #: `MHERO_GATEWAY_URL`: the address at which phone networks reach the gateway.
    gateway_url: str
    #: `MHERO_WEBHOOK_NETWORKS`: private networks that flows may call into all the same.
    webhook_networks: tuple[Network, ...]
    #: `MHERO_SMTP_URL`: the mail server that flows send by; empty for none.
    smtp_url: str = field(repr=False)
    #: `MHERO_DEBUG`: Django's debug pages, for developers.
    debug: bool

    @property
    def database_folder(self) -> Path:
        return self.home / "postgres"


def load(environ: Mapping[str, str] = os.environ) -> Configuration:
    """Reads the settings; raises `ConfigurationError` naming the variable that is wrong."""
    bind = environ.get("MHERO_BIND", "127.0.0.1")
    web_port = _port(environ, "MHERO_WEB_PORT", 8000)
    gateway_port = _port(environ, "MHERO_GATEWAY_PORT", 5001)
    return Configuration(
        home=Path(environ.get("MHERO_HOME", "var")).expanduser().resolve(),
        database_url=environ.get("DATABASE_URL") or None,
        bind=bind,
        web_port=web_port,
        gateway_port=gateway_port,
        gateway_tls_port=_port(environ, "MHERO_GATEWAY_TLS_PORT", 5000),
        sandbox_port=_port(environ, "MHERO_SANDBOX_PORT", 5101),
        web_processes=_whole(environ, "MHERO_WORKERS", 2, lowest=1, highest=64),
        public_url=environ.get("MHERO_PUBLIC_URL", f"http://localhost:{web_port}").rstrip("/"),
        gateway_url=environ.get("MHERO_GATEWAY_URL", f"http://localhost:{gateway_port}").rstrip("/"),
        webhook_networks=_networks(environ, "MHERO_WEBHOOK_NETWORKS"),
        smtp_url=environ.get("MHERO_SMTP_URL", ""),
        debug=environ.get("MHERO_DEBUG", "") == "1",
    )


def _whole(environ: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int) -> int:
    raw = environ.get(name)
    if raw is None or raw == "":
        return default
    if not raw.isdecimal() or not lowest <= int(raw) <= highest:
        raise ConfigurationError(f"{name} is {raw!r}; it must be a whole number from {lowest} to {highest}.")
    return int(raw)


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    return _whole(environ, name, default, lowest=1, highest=65535)


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    raw = environ.get(name, "")
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in raw.split(",") if part.strip())
    except ValueError as error:
        raise ConfigurationError(f"{name} is {raw!r}; it must be a list such as 10.1.0.0/16.") from error
