"""Quick replies: buttons under a message, written `text`, `<type>text` or `text<extra>more`."""

from __future__ import annotations

import re
from typing import Any

from mhero.flows.texts import ellipsis

Json = dict[str, Any]

_KIND = re.compile(r"<(location|form|url)>")
LONGEST_TEXT = 64
LONGEST_EXTRA = 1000


def as_text(item: object) -> str:
    """A reply of a definition as one text, also where it is an object."""
    if not isinstance(item, dict):
        return item if isinstance(item, str) else ""
    kind = item.get("type") or "text"
    text = item.get("text") or ""
    extra = f"<extra>{item['extra']}" if item.get("extra") else ""
    return ("" if kind == "text" else f"<{kind}>") + text + extra


def read_reply(text: str) -> Json:
    """The reply that a text stands for."""
    before, _, extra = text.partition("<extra>")
    kind = _KIND.match(before)
    words = before[kind.end() :] if kind else before
    reply: Json = {"type": kind[1] if kind else "text"}
    if words or not kind:
        reply["text"] = words
    if extra:
        reply["extra"] = extra
    return reply


def shortened(reply: Json) -> Json:
    """The reply with no more text than a button has room for."""
    for name, longest in (("text", LONGEST_TEXT), ("extra", LONGEST_EXTRA)):
        if name in reply:
            reply[name] = ellipsis(reply[name], longest)
    return reply
