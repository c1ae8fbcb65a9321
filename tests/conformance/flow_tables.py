"""Families: tables of what flows are made of: field values, quick replies, approved templates."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.conformance.cases import Case, equal, rows
from tests.conformance.contact_queries import environment
from tests.conformance.engine_support import MockedServices, counting, read_assets, read_environment, testdata
from tests.conformance.session_templates import new_standard_run

from mhero.flows import broadcasts, modifiers
from mhero.flows.actions import quick_replies, templating
from mhero.flows.actions.messages import SendMessage
from mhero.flows.actions.webhooks import Call
from mhero.flows.assets import ContactField
from mhero.flows.definition.inspect import template_references
from mhero.flows.excellent.refactor import context_references
from mhero.flows.locations import Location
from mhero.flows.services import WebhookRequest, WebhookResponse
from mhero.flows.session import start
from mhero.flows.texts import TOP_LEVELS

Json = dict[str, Any]

FIELDS = {"gender": "text", "age": "number", "state": "state"}
LEVELS = {"State": 1, "District": 2, "Ward": 3}
#: The locales of each channel's translations, which the cases do not carry.
LOCALES = {"channel1": ["eng", "spa-EC", "spa-ES"], "channel2": ["kin"]}
EXTRA = {
    "bool": True,
    "number": 123.34,
    "text": "hello",
    "object": {"foo": "bar", "1": "xx"},
    "array": [1, "x"],
}
#: The actions that the flow of the translations is tried with; the cases only name them.
MESSAGE = {"type": "send_msg", "uuid": "0a8467eb-911a-41db-8101-ccf415c48e6a", "text": "Hello"}
MESSAGES: dict[str, Json] = {
    "msgAction1": {
        "attachments": ["image/jpeg:http://media.com/hello.jpg", "audio/mp4:http://media.com/hello.m4a"],
        "quick_replies": ["yes", "no"],
    },
    "msgAction2": {},
}
CONTACT = {
    "uuid": "5d76d86b-3bb9-4d5a-b822-c9d86f5d8e4f",
    "status": "active",
    "created_on": "2018-06-20T11:40:30Z",
    "urns": ["telegram:345765375"],
}


def families() -> Iterator[Case]:
    for row in rows("core__field_test", "TestFieldValueParse"):
        yield "go-tables field values", f"{row['field']['$id']}: {row['value']}", partial(field_value, row)
    for row in rows("core__field_test", "TestFieldValueParseWithIncompleteLocationHierarchy"):
        yield "go-tables field values", row["level"]["$id"], partial(lone_place, row)
    for row in rows("core__msg_test", "TestQuickReplies"):
        yield "go-tables quick replies", row.get("text", row.get("json")), partial(quick_reply, row)
    for row in rows("core__msg_test", "TestBroadcastTranslations"):
        name = f"{row['expectedContent'].get('Text')} to {row['contactLanguage']}, {row['expectedLocale']}"
        yield "go-tables broadcasts", name, partial(broadcast, row)
    for row in rows("core__template_test", "TestFindTranslation"):
        yield "go-tables approved templates", " ".join(row["locales"]), partial(translation, row)
    for row in rows("core__template_test", "TestTemplating"):
        yield "go-tables approved templates", ", ".join(row["variables"]), partial(approved, row)
    for row in rows("flows__inspect__templates_test", "TestExtractFromTemplate"):
        yield "go-tables template references", row["template"], partial(referring, row)
    for row in rows("flows__engine__legacy_test", "TestLegacyExtra"):
        yield "go-tables legacy extra", row["template"], partial(extra, row)
    for row in rows("flows__engine__run_test", "TestTranslation"):
        yield "go-tables translations", row["description"], partial(translated, row)
    for row in rows("utils__json_test", "TestExtractJSON"):
        yield "go-tables webhook JSON", row["body"], partial(webhook_json, row)


def field_value(row: Json) -> None:
    key = row["field"]["$id"]
    field = ContactField(key=key, name=key.title(), type=FIELDS[key])
    found = modifiers.parse_field_value(environment(), row["value"], field)
    if row["expected"] is None:
        equal(found, None)
        return
    text, moment, number, *places = row["expected"]["args"]
    expected = {"text": text["$time"]}
    if number:
        expected["number"] = json.loads(number["$number"])
    assert moment is None
    assert all(place == {"$id": "nilLocPath"} for place in places)
    equal(found, expected)


class LonePlace:
    """Knows one place, whose path lacks the places between it and the country."""

    def __init__(self, level: int, path: str) -> None:
        self.place = Location(name=path.split(" > ")[-1], level=level, path=path)

    def find(self, path: str) -> Location | None:
        return self.place if path == self.place.path else None

    def find_by_name(self, name: str, level: int, parent: Location | None) -> list[Location]:
        here = (level, name, parent) == (self.place.level, self.place.name, None)
        return [self.place] if here else []


def lone_place(row: Json) -> None:
    kind = row["level"]["$id"].removeprefix("core.LocationLevel")
    path = row["state"] or row["district"] or row["ward"]
    env = environment().changed(locations=LonePlace(LEVELS[kind], path))
    field = ContactField(key="home", name="Home", type=kind.lower())
    found = modifiers.parse_field_value(env, path, field) or {}
    levels = ("state", "district", "ward")
    equal({key: found.get(key, "") for key in levels}, {key: row[key] for key in levels})


def quick_reply(row: Json) -> None:
    item = row["text"] if "text" in row else json.loads(row["json"])
    found = quick_replies.read_reply(quick_replies.as_text(item))
    expected = {"type": "text", **{key.lower(): value for key, value in row["expected"].items()}}
    equal(found, expected)


def broadcast(row: Json) -> None:
    settings = _arguments(row["env"])
    content, locale = broadcasts.translated(
        {language: _lower(parts) for language, parts in row["translations"].items()},
        base_language=row["baseLanguage"],
        contact_language=row["contactLanguage"],
        env=environment(country="").changed(
            allowed_languages=tuple(settings["WithAllowedLanguages"]),
            default_country=settings["WithDefaultCountry"][0],
        ),
    )
    equal(content, _lower(row["expectedContent"]))
    equal(locale, row["expectedLocale"])


def _arguments(call: Json) -> dict[str, list[str]]:
    """The arguments of each call in a chain of them, by its name."""
    found: dict[str, list[str]] = {}
    while isinstance(call, dict) and "$call" in call:
        name = call["$call"]
        if not isinstance(name, dict):
            break
        found[name["$sel"]] = call["args"]
        call = name["x"]
    return found


def translation(row: Json) -> None:
    template = {
        "translations": [
            {"channel": {"uuid": channel}, "locale": locale}
            for channel, locales in LOCALES.items()
            for locale in locales
        ]
    }
    found = templating.find_translation(template, row["channel"]["$id"], row["locales"])
    equal((found or {}).get("locale"), row["expected"])


def approved(row: Json) -> None:
    """A message through the channel of the template's only translation."""
    run = new_standard_run()
    template = json.loads(row["template"])
    run.session.assets.templates[template["uuid"]] = template
    action = SendMessage({"uuid": "", "template": template, "template_variables": row["variables"]})
    channel = template["translations"][0]["channel"]
    found = templating.apply(run, action, {"text": "", "channel": channel, "locale": "eng"})
    expected = row["expectedTemplating"]
    equal(found["templating"].get("components", []), [_lower(item) for item in expected["Components"]])
    equal(found["templating"].get("variables", []), [_lower(item) for item in expected["Variables"]])
    preview = row["expectedPreview"] or {}
    equal(found["text"], preview.get("Text", ""))
    equal(found.get("attachments", []), preview.get("Attachments", []))
    replies = [item["text"] for item in found.get("quick_replies", [])]
    equal(replies, [item["Text"] for item in preview.get("QuickReplies", [])])


def _lower(item: Json) -> Json:
    """With keys as in JSON: the cases have them as Go names them."""
    return {key.lower().replace("quickreplies", "quick_replies"): value for key, value in item.items()}


def translated(row: Json) -> None:
    """What a message says in the language of a contact."""
    raw = copy.deepcopy(testdata("flows/engine/testdata/translation_assets.json"))
    flow = raw["flows"][0]
    flow["nodes"][0]["actions"] = [{**MESSAGE, **MESSAGES[row["msgAction"]["$id"]]}]
    assets = read_assets(raw)
    sprint = start(
        assets=assets,
        environment=read_environment({"allowed_languages": row["envLangs"]}, assets),
        contact={**CONTACT, "language": row["contactLang"]},
        trigger={"type": "manual", "flow": flow, "triggered_on": CONTACT["created_on"]},
        uuid=counting(),
    )
    message = next(event["msg"] for event in sprint.events if event["type"] == "msg_created")
    equal(message["text"], row["expectedText"])
    equal(message.get("attachments", []), row["expectedAttachments"])
    equal(message.get("quick_replies", []), [_lower(item) for item in row["expectedQuickReplies"]])


def referring(row: Json) -> None:
    found = [[key, ""] for _kind, key in template_references(row["template"])]
    equal(found, [item["args"] for item in row["assetRefs"]])
    paths = context_references(row["template"], TOP_LEVELS)
    equal(
        [path[2] for path in paths if len(path) == 3 and path[:2] == ("parent", "results")], row["parentRefs"]
    )


def extra(row: Json) -> None:
    run = new_standard_run()
    run.results.clear()
    run.set_result(name="Webhook", value="200", category="Success", operand="", extra=EXTRA)
    text, _ = run.text(row["template"])
    equal(text, row["output"])


class Answer(MockedServices):
    """A web server with one answer: bytes, of which the cases keep each as a character."""

    def __init__(self, body: bytes) -> None:
        super().__init__(None)
        self.body = body

    def call_webhook(self, _request: WebhookRequest) -> WebhookResponse:
        return WebhookResponse(status=200, body=self.body)


def webhook_json(row: Json) -> None:
    run = new_standard_run()
    run.session.services = Answer(row["body"].encode("latin-1"))
    call = Call(run, WebhookRequest(method="GET", url="http://x/"))
    equal(call.json, None if row["json"] is None else json.loads(row["json"]))
