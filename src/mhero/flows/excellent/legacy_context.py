"""What each name of old expressions is called now: `@flow.age` is `@results.age`."""

from __future__ import annotations

from collections.abc import Sequence

from mhero.flows.excellent.legacy_functions import DATETIME, FORMATTED, Piece

TOP_LEVELS = frozenset({"channel", "child", "contact", "date", "extra", "flow", "parent", "step"})
_CONTACT = frozenset({"uuid", "id", "name", "first_name", "language", "created_on"})
_RESULT = {"category": "category_localized", "text": "input", "time": "created_on"}
_SCHEMES = frozenset((
    "ext", "facebook", "fcm", "jiochat", "line", "mailto", "telegram", "twitter", "twitterid", "viber",
    "wechat", "whatsapp",
))  # fmt: skip
_DATES = {
    "now": ("now()", DATETIME),
    "today": ("today()", FORMATTED),
    "tomorrow": ('datetime_add(now(), 1, "D")', FORMATTED),
    "yesterday": ('datetime_add(now(), -1, "D")', FORMATTED),
}


def migrate_reference(path: Sequence[str], *, raw_dates: bool = False) -> Piece:
    """Today's form of a name and its properties; the names are in small letters.

    Days such as `date.today` were texts in the environment's format; `raw_dates` leaves them dates.
    """
    head, rest = path[0], list(path[1:])
    if head == "contact":
        return _contact("", rest)
    if head in ("flow", "step") and rest[:1] == ["contact"]:
        return _contact("", rest[1:])
    if head in ("child", "parent"):
        if rest[:1] == ["contact"]:
            return _contact(f"{head}.", rest[1:])
        return _results(f"{head}.results", rest)
    if head == "flow":
        return _results("results", rest)
    if head == "step":
        return _step(rest)
    if head == "date":
        return _date(rest, raw_dates)
    if head == "channel":
        return _path("contact.channel", ["name"] if rest == ["name"] else ["address"])
    return _extra(rest)


def _path(base: str, keys: Sequence[str]) -> Piece:
    """A path; a key that begins with a digit is not a name, so that it is written in brackets."""
    text, is_path = base, True
    for key in keys:
        if key[0].isdigit():
            text, is_path = f'{text}["{key}"]', False
        else:
            text = f"{text}.{key}"
    return Piece(text, is_path=is_path)


def _contact(owner: str, rest: list[str]) -> Piece:
    contact = f"{owner}contact"
    if not rest:
        return _path(contact, [])
    key = rest[0]
    if key == "groups":
        return Piece(f'join({contact}.groups, ",")')
    if key in ("tel", "tel_e164") or key in _SCHEMES:
        return _urn(f"{owner}urns", rest)
    return _path(contact, rest) if key in _CONTACT else _path(f"{owner}fields", rest)


def _urn(urns: str, rest: list[str]) -> Piece:
    urn = f"{urns}.{rest[0].removesuffix('_e164')}"
    part = rest[1] if len(rest) > 1 else ""
    if part == "display" or (not part and rest[0] == "tel"):
        return Piece(f"format_urn({urn})")
    if part in ("scheme", "path"):
        return Piece(f"urn_parts({urn}).{part}")
    if part == "urn":
        return Piece(urn, is_path=True)
    return Piece(f'default(urn_parts({urn}).path, "")')


def _results(base: str, rest: list[str]) -> Piece:
    return _path(base, [*rest[:1], *(_RESULT.get(key, key) for key in rest[1:])])


def _step(rest: list[str]) -> Piece:
    if not rest or rest[0] == "value":
        return _path("input", [])
    if rest[0] == "attachments":
        if len(rest) > 1 and rest[1].isdigit():
            return Piece(f"attachment_parts(input.attachments[{rest[1]}]).url")
        return Piece('foreach(foreach(input.attachments, attachment_parts), extract, "url")')
    return _path("input", ["created_on" if rest[0] == "time" else rest[0], *rest[1:]])


def _date(rest: list[str], raw_dates: bool) -> Piece:
    text, kind = _DATES.get(rest[0] if rest else "now", _DATES["now"])
    if kind == FORMATTED and not raw_dates:
        return Piece(f"format_date({text})", FORMATTED)
    return Piece(text, DATETIME)


def _extra(rest: list[str]) -> Piece:
    if rest[:1] == ["flow"]:
        return _results("parent.results", rest[1:])
    if rest[:1] == ["contact"]:
        return _contact("parent.", rest[1:])
    return _path("legacy_extra", rest)
