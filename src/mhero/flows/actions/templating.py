"""Approved templates of channels that allow nothing else: which translation, with which variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mhero.flows.definition.flow import Action
    from mhero.flows.run import Run

Json = dict[str, Any]
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_ATTACHMENT = re.compile(r"[\w/-]+:\S+\Z")


def apply(run: Run, action: Action, message: Json) -> Json:
    """The message as its template says it; as it was when there is no template for its channel."""
    reference = action.data["template"]
    template = run.session.assets.templates.get(reference["uuid"])
    channel = message.get("channel")
    if template is None or channel is None:
        return message
    country = message.get("locale", "").partition("-")[2]
    wanted = [f"{code}-{country}" if country else code for code in run.languages()]
    translation = find_translation(template, channel["uuid"], wanted)
    if translation is None:
        return message
    evaluated = [run.text(source)[0] for source in action.data.get("template_variables") or []]
    kinds = [item.get("type", "text") for item in translation.get("variables") or []]
    values = [evaluated[index] if index < len(evaluated) else "" for index in range(len(kinds))]
    templating: Json = {"template": {"uuid": template["uuid"], "name": template["name"]}}
    components = [
        {"name": part["name"], "type": part["type"], "variables": part["variables"]}
        for part in translation.get("components") or []
        if part.get("variables")
    ]
    if components:
        templating["components"] = components
    if values:
        pairs = zip(kinds, values, strict=True)
        templating["variables"] = [{"type": kind, "value": value} for kind, value in pairs]
    return {**_preview(message, translation, kinds, values), "templating": templating}


def find_translation(template: Json, channel_uuid: str, locales: list[str]) -> Json | None:
    """The channel's translation in the first of the locales that it has one in, or in any."""
    able = [
        item
        for item in template.get("translations") or []
        if (item.get("channel") or {}).get("uuid") == channel_uuid
    ]
    for locale in locales:
        for item in able:
            if item.get("locale") == locale:
                return item  # type: ignore[no-any-return]
        for item in able:
            if str(item.get("locale")).partition("-")[0] == locale.partition("-")[0]:
                return item  # type: ignore[no-any-return]
    return able[0] if able else None


def _preview(message: Json, translation: Json, kinds: list[str], values: list[str]) -> Json:
    texts: list[str] = []
    attachments: list[str] = []
    replies: list[Json] = []
    for part in translation.get("components") or []:
        variables = part.get("variables") or {}
        content = _filled(part.get("content") or "", variables, values)
        if part["type"].startswith("header/") and any(kinds[index] != "text" for index in variables.values()):
            media = [values[index] for index in variables.values() if kinds[index] != "text"]
            attachments += [value for value in media if _ATTACHMENT.match(value)]
        elif part["type"].startswith("button/"):
            if part["type"] == "button/quick_reply" and content:
                replies.append({"type": "text", "text": content})
        elif content:
            texts.append(content)
    found = {key: value for key, value in message.items() if key not in ("attachments", "quick_replies")}
    found["text"] = "\n\n".join(texts)
    if attachments:
        found["attachments"] = attachments
    if replies:
        found["quick_replies"] = replies
    found["locale"] = translation.get("locale")
    return found


def _filled(content: str, variables: dict[str, int], values: list[str]) -> str:
    def value(found: re.Match[str]) -> str:
        index = variables.get(found[1])
        return values[index] if index is not None and index < len(values) else found[0]

    return _PLACE.sub(value, content)
