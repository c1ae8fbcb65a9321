"""Old actions, each to its present form."""

# ruff: noqa: ARG001 - All of them take the same.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mhero.flows.definition.legacy.texts import Translations, plain
from mhero.flows.errors import InvalidDefinition
from mhero.flows.excellent.migrate import migrate_template
from mhero.flows.payload import WEBHOOK_BODY

Json = dict[str, Any]

#: The fields of a contact that were addresses.
URN_SCHEMES = (
    "tel", "facebook", "twitter", "twitterid", "viber", "line", "telegram", "mailto", "ext", "fcm", "jiochat",
    "wechat", "whatsapp", "freshchat", "vk",
)  # fmt: skip
_NEW_CONTACT = "@new_contact"


def migrate_action(action: Json, translations: Translations, uuid: Callable[[], str], media_url: str) -> Json:
    """One action at 13.0; a type that nobody ever had is refused."""
    kind = str(action.get("type"))
    change = _ACTIONS.get(kind)
    if change is None:
        raise InvalidDefinition(f"unknown legacy action type '{kind}'")
    own = str(action.get("uuid") or uuid())
    return change(action, own, translations, media_url)


def group_reference(group: object) -> Json:
    if isinstance(group, dict):
        if group.get("uuid"):
            return {"uuid": group["uuid"], "name": plain(group.get("name"))}
        return {"name_match": plain(group.get("name"))}
    return {"name_match": migrate_template(plain(group))}


def _groups(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    groups = [group_reference(group) for group in action.get("groups") or []]
    if action["type"] == "add_group":
        return {"type": "add_contact_groups", "uuid": uuid, "groups": groups}
    if not groups:
        return {"type": "remove_contact_groups", "uuid": uuid, "all_groups": True}
    return {"type": "remove_contact_groups", "uuid": uuid, "groups": groups}


def _label(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    labels = [group_reference(label) for label in action.get("labels") or []]
    return {"type": "add_input_labels", "uuid": uuid, "labels": labels}


def _channel(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    channel = {"uuid": action.get("channel"), "name": plain(action.get("name"))}
    return {"type": "set_contact_channel", "uuid": uuid, "channel": channel}


def _email(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    return {
        "type": "send_email",
        "uuid": uuid,
        "addresses": [migrate_template(plain(address)) for address in action.get("emails") or []],
        "subject": migrate_template(plain(action.get("subject"))),
        "body": migrate_template(plain(action.get("msg"))),
    }


def _language(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    return {"type": "set_contact_language", "uuid": uuid, "language": plain(action.get("lang"))}


def _play(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    return {"type": "play_audio", "uuid": uuid, "audio_url": migrate_template(plain(action.get("url")))}


def _say(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    migrated: Json = {
        "type": "say_msg",
        "uuid": uuid,
        "text": translations.add(uuid, "text", action.get("msg")),
    }
    recording = translations.add(
        uuid, "audio_url", action.get("recording"), lambda text: absolute(text, media_url)
    )
    if recording:
        migrated["audio_url"] = recording
    return migrated


def absolute(url: str, base: str) -> str:
    """Media were kept by their path on the server of the time."""
    if not url or url.startswith(("http://", "https://")):
        return url
    return f"{base.rstrip('/')}/{url}" if base else url


def _attachment(base: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        kind, colon, url = text.partition(":")
        if not text:
            return ""
        if not colon or ("/" in kind and not url) or kind.startswith("http") or "." in kind:
            kind, url = _media_kind(text), text
        return migrate_template(f"{kind}:{absolute(url, base)}")

    return change


def _media_kind(path: str) -> str:
    ending = path.rsplit(".", 1)[-1].lower()
    for kind, endings in _MEDIA.items():
        if ending in endings:
            return kind
    return "image"


_MEDIA = {
    "image": ("jpg", "jpeg", "png", "gif", "webp"),
    "audio": ("mp3", "m4a", "wav", "ogg", "oga", "aac"),
    "video": ("mp4", "mov", "3gp", "avi", "webm"),
}


def _message(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    migrated: Json = {"text": translations.add(uuid, "text", action.get("msg"))}
    if action.get("media"):
        attachment = translations.add(uuid, "attachments", action["media"], _attachment(media_url))
        if attachment:
            migrated["attachments"] = [attachment]
    replies = [reply for reply in action.get("quick_replies") or [] if reply]
    if replies:
        migrated["quick_replies"] = translations.add_all(uuid, "quick_replies", replies)
    return migrated


def _reply(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    migrated = {"type": "send_msg", "uuid": uuid, **_message(action, uuid, translations, media_url)}
    if action.get("send_all"):
        migrated["all_urns"] = True
    return migrated


def _recipients(action: Json) -> Json:
    migrated: Json = {}
    contacts = [
        {"uuid": contact["uuid"], "name": plain(contact.get("name"))}
        for contact in action.get("contacts") or []
        if isinstance(contact, dict) and contact.get("uuid")
    ]
    groups = [group_reference(group) for group in action.get("groups") or []]
    variables = [
        plain(item.get("id") if isinstance(item, dict) else item) for item in action.get("variables") or []
    ]
    if contacts:
        migrated["contacts"] = contacts
    if groups:
        migrated["groups"] = groups
    legacy = [migrate_template(variable) for variable in variables if variable != _NEW_CONTACT]
    if legacy:
        migrated["legacy_vars"] = legacy
    return migrated


def _send(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    message = _message(action, uuid, translations, media_url)
    return {"type": "send_broadcast", "uuid": uuid, **message, **_recipients(action)}


def _flow_reference(action: Json) -> Json:
    flow = action.get("flow")
    if isinstance(flow, dict):
        return {"uuid": flow.get("uuid"), "name": plain(flow.get("name"))}
    return {"uuid": plain(flow), "name": plain(action.get("name"))}


def _flow(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    return {"type": "enter_flow", "uuid": uuid, "flow": _flow_reference(action), "terminal": True}


def _trigger(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    migrated = {"type": "start_session", "uuid": uuid, **_recipients(action), "flow": _flow_reference(action)}
    variables = [item.get("id") if isinstance(item, dict) else item for item in action.get("variables") or []]
    if _NEW_CONTACT in variables:
        migrated["create_contact"] = True
    return migrated


def _save(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    field = plain(action.get("field"))
    text = plain(action.get("value"))
    value = "" if text == '@("")' else migrate_template(text)
    if field == "name":
        return {"type": "set_contact_name", "uuid": uuid, "name": value}
    if field == "first_name":
        rest = "@(word_slice(contact.name, 1, -1))"
        return {"type": "set_contact_name", "uuid": uuid, "name": f"{value} {rest}"}
    scheme = "tel" if field == "tel_e164" else field
    if scheme in URN_SCHEMES:
        return {"type": "add_contact_urn", "uuid": uuid, "scheme": scheme, "path": value}
    reference = {"key": field, "name": plain(action.get("label"))}
    return {"type": "set_contact_field", "uuid": uuid, "field": reference, "value": value}


def _api(action: Json, uuid: str, translations: Translations, media_url: str) -> Json:
    method = plain(action.get("action")) or "GET"
    url = migrate_template(plain(action.get("webhook")), url_encode=True)
    migrated: Json = {"type": "call_webhook", "uuid": uuid, "method": method, "url": url}
    headers = {
        plain(header.get("name")): migrate_template(plain(header.get("value")))
        for header in action.get("webhook_headers") or []
        if isinstance(header, dict) and header.get("name")
    }
    if method == "POST":
        headers.setdefault("Content-Type", "application/json")
        migrated["body"] = WEBHOOK_BODY
    if headers:
        migrated["headers"] = headers
    return migrated


_ACTIONS: dict[str, Callable[[Json, str, Translations, str], Json]] = {
    "add_group": _groups,
    "del_group": _groups,
    "add_label": _label,
    "channel": _channel,
    "email": _email,
    "lang": _language,
    "play": _play,
    "say": _say,
    "reply": _reply,
    "send": _send,
    "flow": _flow,
    "trigger-flow": _trigger,
    "save": _save,
    "api": _api,
}
