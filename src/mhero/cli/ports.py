"""Whether the ports are free, said in the words of the person who can change it."""

import socket

from mhero.platform.configuration import Configuration
from mhero.platform.errors import ConfigurationError


class PortTaken(ConfigurationError):
    """Another program uses the port."""

    code = "port_taken"


def require_free_ports(configuration: Configuration, *, demo: bool) -> None:
    """Raises `PortTaken` naming the port and the setting that changes it."""
    wanted = {
        "MHERO_WEB_PORT": [configuration.web_port],
        "MHERO_GATEWAY_PORT": [configuration.gateway_port],
        "MHERO_GATEWAY_TLS_PORT": [configuration.gateway_tls_port],
        "MHERO_SANDBOX_PORT": [configuration.sandbox_port + step for step in range(3)] if demo else [],
    }
    for setting, ports in wanted.items():
        for port in ports:
            if not is_free(configuration.bind, port):
                raise PortTaken(f"Port {port} is taken by another program; set {setting} to another one.")


def is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError:
            return False
    return True
