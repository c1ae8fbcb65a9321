"""Addresses that users wrote: what may be asked, and what a name may lead to."""

import ipaddress
import threading
from collections.abc import Sequence

import pytest

from mhero.platform.outside import NotOutside, Outside, OutsideError, TooSlow


def outside(*addresses: str, allowed: str = "") -> Outside:
    def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    networks = [ipaddress.ip_network(allowed)] if allowed else []
    return Outside(resolve=resolve, allowed=networks)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_private_addresses_are_not_asked(address: str) -> None:
    assert not outside(address).may_be_asked("partner.example")
    with pytest.raises(NotOutside):
        outside(address).ask("GET", "http://partner.example/")


def test_one_private_address_among_others_is_enough() -> None:
    assert not outside("93.184.215.14", "10.0.0.1").may_be_asked("partner.example")


def test_public_and_allowed_addresses_are_asked() -> None:
    assert outside("93.184.215.14").may_be_asked("partner.example")
    assert outside("10.1.2.3", allowed="10.1.0.0/16").may_be_asked("partner.example")
    assert not outside("10.2.2.3", allowed="10.1.0.0/16").may_be_asked("partner.example")


@pytest.mark.parametrize("url", ["ftp://partner.example/", "file:///etc/passwd", "http://", "http://[", "x"])
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    with pytest.raises(OutsideError):
        outside("93.184.215.14").ask("GET", url)


def test_a_name_that_is_never_found_holds_nobody() -> None:
    found = threading.Event()

    def resolve(_host: str, _port: int) -> Sequence[str]:
        found.wait(60)
        return ["93.184.215.14"]

    with pytest.raises(TooSlow):
        Outside(resolve=resolve, timeout_seconds=0.1).ask("GET", "http://partner.example/")
    found.set()
