"""Addresses of contacts, as RapidPro writes them: `tel:+23177…?channel=…#display`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, urlencode

import phonenumbers

_DIGITS = re.compile(r"\d+\Z")
_ANY = re.compile(r".+\Z", re.DOTALL)
_NOT_OF_A_NUMBER = re.compile(r"[^0-9a-z]")

#: What the path of each scheme may look like.
PATHS: dict[str, re.Pattern[str]] = {
    "bsuid": _ANY,
    "ext": _ANY,
    "facebook": re.compile(r"(\d+|ref:.+)\Z"),
    "fcm": _ANY,
    "freshchat": _ANY,
    "instagram": _DIGITS,
    "jiochat": _DIGITS,
    "line": re.compile(r"[a-zA-Z0-9_]{1,36}\Z"),
    "mailto": re.compile(r"[^\s@]+@[^\s@]+\Z"),
    "rocketchat": _ANY,
    "slack": re.compile(r"[a-zA-Z0-9]{1,24}\Z"),
    "tel": re.compile(r"\+?[a-zA-Z0-9]{1,64}\Z"),
    "telegram": _DIGITS,
    "twitter": re.compile(r"[a-z0-9_]{1,15}\Z"),
    "twitterid": re.compile(r"\d+\Z"),
    "viber": re.compile(r"[a-zA-Z0-9_=/+]{1,24}\Z"),
    "vk": _DIGITS,
    "webchat": _ANY,
    "wechat": re.compile(r"[\w-]{6,36}\Z"),
    "whatsapp": re.compile(r"\d+\Z"),
}
SCHEMES = tuple(PATHS)
#: What stands for an address that must not be seen.
REDACTED = "********"


@dataclass(frozen=True, slots=True)
class URN:
    """One address."""

    scheme: str
    path: str
    #: As after a question mark: `channel=…`.
    query: str = ""
    #: How people know it, such as a name on a network.
    display: str = ""

    @property
    def identity(self) -> str:
        return f"{self.scheme}:{self.path}"

    @property
    def channel_uuid(self) -> str:
        """The channel that this contact was last heard by."""
        return (parse_qs(self.query).get("channel") or [""])[0] if self.query else ""

    def with_channel(self, channel_uuid: str) -> URN:
        query = {key: values[0] for key, values in parse_qs(self.query).items() if key != "channel"}
        if channel_uuid:
            query["channel"] = channel_uuid
        return URN(self.scheme, self.path, urlencode(query), self.display)

    @property
    def without_query(self) -> str:
        return f"{self.identity}#{self.display}" if self.display else self.identity

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.identity}{query}" + (f"#{self.display}" if self.display else "")


@lru_cache(maxsize=20_000)
def parse(text: str) -> URN | None:
    """The address in a text, neither normalised nor checked; None when it has no scheme or no path."""
    scheme, colon, rest = text.strip().partition(":")
    if not colon or not scheme:
        return None
    rest, _, display = rest.partition("#")
    path, _, query = rest.partition("?")
    return URN(scheme.lower(), path, query, display) if path else None


def normalize(urn: URN, country: str = "") -> URN:
    """The one way of writing this address. Numbers get their country's code where it is known."""
    path = urn.path.strip()
    if urn.scheme == "tel":
        path = normalize_number(path, country)
    elif urn.scheme == "twitter":
        path = path.removeprefix("@").lower()
    elif urn.scheme in ("mailto", "rocketchat"):
        path = path.lower()
    return URN(urn.scheme, path, urn.query, urn.display)


def normalize_number(text: str, country: str = "") -> str:
    """A phone number in E.164 where it can be one, else its digits and letters."""
    plus = text.strip().startswith("+")
    cleaned = _NOT_OF_A_NUMBER.sub("", text.lower())
    if len(cleaned) > 4 and cleaned.isdigit():
        try:
            parsed = phonenumbers.parse(("+" if plus else "") + cleaned, country or None)
        except phonenumbers.NumberParseException:
            parsed = None
        if (
            parsed is not None
            and phonenumbers.is_possible_number(parsed)
            and (plus or phonenumbers.is_valid_number(parsed))
        ):
            return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return ("+" if plus else "") + cleaned


def is_valid(urn: URN) -> bool:
    """Whether the scheme is known and the path can be one of its."""
    pattern = PATHS.get(urn.scheme)
    return pattern is not None and pattern.match(urn.path) is not None


def country_of(number: str) -> str:
    """The country of a number in E.164, or nothing."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.region_code_for_number(parsed) or "")
