"""Actions that send: messages to the contact, broadcasts to others, e-mails, and sounds in a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mhero.flows.actions import templating
from mhero.flows.actions.flows import Recipients
from mhero.flows.actions.quick_replies import as_text, read_reply, shortened
from mhero.flows.definition.checks import Checks
from mhero.flows.definition.flow import VOICE, Action
from mhero.flows.errors import ServiceFailed
from mhero.flows.run import Run

Json = dict[str, Any]

LONGEST_TEXT = 10_000
LONGEST_REPLY = 1000
MOST_REPLIES = 10
MOST_ATTACHMENTS = 10
LONGEST_ATTACHMENT = 2048
_CONTENT = ("text", "attachments[*]", "quick_replies[*]")


@dataclass(frozen=True)
class Content:
    """A message's evaluated parts, and the language of its text."""

    text: str
    attachments: list[str]
    replies: list[Json]
    language: str

    def to_json(self) -> Json:
        found: Json = {"text": self.text}
        if self.attachments:
            found["attachments"] = self.attachments
        if self.replies:
            found["quick_replies"] = self.replies
        return found


def check_content(checks: Checks) -> None:
    checks.required("text")
    checks.text("text", longest=LONGEST_TEXT)
    checks.texts("attachments", most=MOST_ATTACHMENTS, longest=LONGEST_ATTACHMENT)
    replies = checks.data.get("quick_replies")
    if isinstance(replies, list):
        replies = [as_text(item) for item in replies]
        checks = _with(checks, replies)
    checks.texts("quick_replies", most=MOST_REPLIES, longest=LONGEST_REPLY)
    checks.texts("template_variables", most=100, longest=LONGEST_TEXT)
    checks.reference("template", needed=False)


def _with(checks: Checks, replies: list[str]) -> Checks:
    other = Checks({**checks.data, "quick_replies": replies})
    other.problems = checks.problems
    return other


def evaluate_content(run: Run, action: Action, language: str = "") -> Content:
    """The message in the contact's language, or in a given one."""
    data, flow = action.data, run.flow

    def localized(name: str, texts: Sequence[str]) -> tuple[Sequence[str], str]:
        if not language:
            return run.localized_in(action.uuid, name, texts)
        translated = None if language == flow.language else flow.translation(language, action.uuid, name)
        return (translated, language) if translated else (texts, flow.language)

    texts, used = localized("text", (data["text"],))
    text, _ = run.text(texts[0] if texts else "")
    attachments: list[str] = []
    for source in localized("attachments", data.get("attachments") or ())[0]:
        attachment, _ = run.text(source)
        kind, _, url = attachment.strip().partition(":")
        if not kind or not url.strip():
            run.session.error("Attachment evaluated to invalid value and will be ignored")
        elif len(attachment) > LONGEST_ATTACHMENT:
            run.session.error(
                f"Evaluated attachment is longer than the {LONGEST_ATTACHMENT} limit and will be ignored"
            )
        else:
            attachments.append(attachment.strip())
    replies: list[Json] = []
    for source in localized("quick_replies", [as_text(item) for item in data.get("quick_replies") or ()])[0]:
        evaluated, _ = run.text(source)
        if not evaluated.strip():
            run.session.error("Quick reply evaluated to empty string and will be ignored")
        else:
            replies.append(shortened(read_reply(evaluated)))
    return Content(text, attachments, replies, used)


def locale(language: str, country: str) -> str:
    """Such as "eng-US"; nothing for no language."""
    if not language:
        return ""
    return f"{language}-{country}" if country else language


def message(run: Run, content: Content) -> Json:
    """The message to the contact, with where it goes and in what locale it is."""
    found: Json = {}
    destination = run.session.contact.destination()
    country = run.environment.default_country
    if destination is not None:
        urn, channel = destination
        found.update(urn=urn.identity, channel=channel.reference)
        country = channel.country or country
    found.update(content.to_json())
    where = locale(content.language, country)
    if where:
        found["locale"] = where
    return found


class SendMessage(Action):
    """Sends the contact a message."""

    type = "send_msg"
    templates = (*_CONTENT, "template_variables[*]")
    localizable = ("text", "attachments", "quick_replies")
    references = (("template", "template"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        check_content(checks)

    def execute(self, run: Run) -> None:
        session = run.session
        content = evaluate_content(run, self)
        found = message(run, content)
        if self.data.get("template"):
            found = templating.apply(run, self, found)
        reason = self._unsendable(run, found)
        if reason:
            found["unsendable_reason"] = reason
        session.log("msg_created", msg=found)

    def _unsendable(self, run: Run, found: Json) -> str:
        session = run.session
        if session.contact.status != "active":
            return f"contact_{session.contact.status}"
        if "channel" not in found:
            return "no_route"
        return "forbidden_content" if session.services.is_forbidden(found["text"]) else ""


class SendBroadcast(Action):
    """Sends others a message, in every language that the flow is in."""

    type = "send_broadcast"
    templates = (
        "groups[*].name_match",
        "contact_query",
        "legacy_vars[*]",
        *_CONTENT,
        "template_variables[*]",
    )
    localizable = ("text", "attachments", "quick_replies")
    references = (("groups[*]", "group"), ("contacts[*]", "contact"), ("template", "template"))

    @classmethod
    def check(cls, checks: Checks) -> None:
        check_content(checks)
        checks.references("groups")
        checks.references("contacts")
        checks.texts("urns")
        checks.texts("legacy_vars")
        checks.text("contact_query")

    def execute(self, run: Run) -> None:
        session = run.session
        recipients = Recipients(run, self.data)
        if not recipients:
            return
        if session.is_batch and recipients.is_many:
            session.error("Can't send broadcasts to groups or queries during batch starts")
            return
        languages = [
            run.flow.language,
            *(code for code in run.flow.localization if code != run.flow.language),
        ]
        translations = {code: evaluate_content(run, self, code).to_json() for code in languages}
        details: Json = {
            "translations": translations,
            "base_language": run.flow.language,
            **recipients.details(),
        }
        reference = self.data.get("template")
        if reference and reference["uuid"] in session.assets.templates:
            details["template"] = reference
            variables = [run.text(source)[0] for source in self.data.get("template_variables") or []]
            if variables:
                details["template_variables"] = variables
        session.log("broadcast_created", **details)


class SendEmail(Action):
    """Sends an e-mail."""

    type = "send_email"
    templates = ("addresses[*]", "subject", "body")
    localizable = ("subject", "body")

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("addresses", "subject", "body")
        checks.texts("addresses")
        checks.text("subject")
        checks.text("body")

    def execute(self, run: Run) -> None:
        session = run.session
        subject, _ = run.text(run.localized(self.uuid, "subject", [self.data["subject"]])[0])
        subject = " ".join(subject.split())
        if not subject:
            session.error("Email subject evaluated to empty string, skipping")
            return
        body, _ = run.text(run.localized(self.uuid, "body", [self.data["body"]])[0])
        if not body:
            session.error("Email body evaluated to empty string, skipping")
            return
        addresses: list[str] = []
        for source in self.data["addresses"]:
            address, _ = run.text(source)
            address = address.strip().removeprefix("mailto:")
            if address:
                addresses.append(address)
            else:
                session.error("Email address evaluated to empty string, skipping")
        if not addresses:
            return
        try:
            session.services.send_email(addresses, subject, body)
        except ServiceFailed as exc:
            session.error(f"Unable to send email: {exc}")
            return
        session.log("email_sent", to=addresses, subject=subject, body=body)


class SayMessage(Action):
    """Says a text in a call, or plays it where it was recorded."""

    type = "say_msg"
    flow_types = (VOICE,)
    templates = ("text",)
    localizable = ("text", "audio_url")

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("text")
        checks.text("text", longest=LONGEST_TEXT)
        checks.text("audio_url", longest=LONGEST_ATTACHMENT)

    def execute(self, run: Run) -> None:
        texts, language = run.localized_in(self.uuid, "text", [self.data["text"]])
        text, _ = run.text(texts[0])
        audio = run.localized(self.uuid, "audio_url", [self.data.get("audio_url") or ""])[0]
        if not text and not audio:
            run.session.error("Can't say message without audio URL or backdown text")
            return
        _play(run, text, audio, language)


class PlayAudio(Action):
    """Plays a recording in a call."""

    type = "play_audio"
    flow_types = (VOICE,)
    templates = ("audio_url",)
    localizable = ("audio_url",)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("audio_url")
        checks.text("audio_url")

    def execute(self, run: Run) -> None:
        sources, language = run.localized_in(self.uuid, "audio_url", [self.data["audio_url"]])
        url, fine = run.text(sources[0])
        if not fine:
            return
        if not url.strip():
            run.session.error("Audio URL evaluated to empty, skipping")
            return
        _play(run, "", url.strip(), language)


def _play(run: Run, text: str, audio: str, language: str) -> None:
    content = Content(text, [f"audio:{audio}"] if audio else [], [], language)
    run.session.log("ivr_created", msg=message(run, content))


ACTIONS: tuple[type[Action], ...] = (SendMessage, SendBroadcast, SendEmail, SayMessage, PlayAudio)
