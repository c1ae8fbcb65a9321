"""Actions that call other systems over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from mhero.flows.cleaning import clean_text, read_json
from mhero.flows.definition.checks import HEADER_NAME, Checks
from mhero.flows.definition.flow import Action
from mhero.flows.errors import ServiceFailed
from mhero.flows.payload import RESTHOOK_BODY
from mhero.flows.run import Run
from mhero.flows.services import WebhookRequest, WebhookResponse
from mhero.flows.texts import ellipsis

Json = dict[str, Any]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
LONGEST_URL = 2048
_LONGEST_TRACE = 10_000
#: A longer answer is not kept with the result, where it would be kept for good.
_LONGEST_EXTRA = 10_000
_LONGEST_SHOWN = 255
#: What a definition may have.
_LONGEST_TEMPLATE = 8192
_LONGEST_BODY = 20_000
_MOST_HEADERS = 10
_LONGEST_HEADER_NAME = 100
_LONGEST_HEADER = 5000
_GONE = 410
SUCCESS, RESPONSE_ERROR, CONNECTION_ERROR, SUBSCRIBER_GONE = (
    "success", "response_error", "connection_error", "subscriber_gone",
)  # fmt: skip


class Call:
    """One call that was made, and what of its answer is of use."""

    def __init__(self, run: Run, request: WebhookRequest) -> None:
        self.request = request
        session = run.session
        try:
            self.response = session.services.call_webhook(request)
        except ServiceFailed:
            self.response = WebhookResponse()
        response, limit = self.response, session.limits.webhook_response_bytes
        body = response.body
        self.status = SUCCESS if response.status // 100 == 2 else RESPONSE_ERROR
        if not response.status:
            self.status = CONNECTION_ERROR
        elif response.status == _GONE and request.resthook:
            self.status = SUBSCRIBER_GONE
        if len(body) > limit:
            text = f"Webhook response exceeded the limit of {limit} bytes"
            session.log("warning", text=text, code="webhook:response_size", extra={"limit": str(limit)})
            self.status, body = CONNECTION_ERROR, b""
        self.text = clean_text(body.decode("utf-8", "replace"))
        self.json = _parsed(body.decode("utf-8", "ignore"))
        session.log("webhook_called", **self._event(body))

    def _event(self, body: bytes) -> Json:
        request, response = self.request, self.response
        sent = response.request_trace or _request_trace(request)
        got = response.response_trace or (_response_head(response) + self.text if response.status else "")
        found: Json = {"url": request.url, "status_code": response.status, "status": self.status}
        if not response.status:
            del found["status_code"]
        if request.resthook:
            found["resthook"] = request.resthook
        found.update(
            request=ellipsis(sent, _LONGEST_TRACE),
            response=got[:_LONGEST_TRACE],
            elapsed_ms=response.elapsed_ms,
            retries=response.retries,
            sizes={
                "request": len(sent.encode()),
                "response": len(_response_head(response)) + len(response.body),
            },
        )
        del body
        return found

    def keep(self, run: Run) -> None:
        """Makes it what `@webhook` is."""
        run.webhook = {
            "method": self.request.method,
            "url": self.request.url,
            "status": self.response.status,
            "headers": dict(self.response.headers),
            "json": self.json,
        }
        run.changed()

    def save(self, run: Run, name: str) -> None:
        """Keeps it as a result."""
        fine = self.status in (SUCCESS, SUBSCRIBER_GONE) and self.response.status // 100 == 2
        extra = self.json if len(self.text) <= _LONGEST_EXTRA else None
        run.set_result(
            name=name,
            value=str(self.response.status),
            category="Success" if fine else "Failure",
            operand=f"{self.request.method} {self.request.url}",
            extra=extra if extra not in ({}, []) else None,
        )


def _parsed(text: str) -> Any:
    """The JSON of an answer; None where it is none."""
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return None


def _request_trace(request: WebhookRequest) -> str:
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc, **request.headers}
    lines = [f"{request.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines) + "\r\n\r\n" + request.body


def _response_head(response: WebhookResponse) -> str:
    if not response.status:
        return ""
    lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in response.headers.items())]
    return "\r\n".join(lines) + "\r\n\r\n"


class CallWebhook(Action):
    """Calls a URL."""

    type = "call_webhook"
    templates = ("url", "headers.*", "body")

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("url")
        checks.one_of("method", METHODS, "HTTP method")
        checks.text("url", longest=_LONGEST_TEMPLATE)
        checks.text("body", longest=_LONGEST_BODY)
        headers = checks.data.get("headers") or {}
        if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
            checks.fail("field 'headers' must be an object of texts")
            return
        if len(headers) > _MOST_HEADERS:
            checks.fail(f"field 'headers' must be less than or equal to {_MOST_HEADERS}")
        for name, value in headers.items():
            for text, longest in ((name, _LONGEST_HEADER_NAME), (value, _LONGEST_HEADER)):
                if len(text) > longest:
                    checks.fail(f"field 'headers[{name}]' must be less than or equal to {longest}")
        checks.result_name()
        if not checks.problems:
            if checks.data["method"] == "GET" and checks.data.get("body"):
                checks.fail("can't specify body if method is GET")
            for name in headers:
                if not HEADER_NAME.match(name):
                    checks.fail(f"header '{name}' is not a valid HTTP header")

    def execute(self, run: Run) -> None:
        session = run.session
        request = self._request(run)
        if request is None:
            return
        size = len(f"{request.method} {request.url} HTTP/1.1\r\n\r\n") + len(request.body.encode())
        size += sum(len(name) + len(value) + 4 for name, value in request.headers.items())
        limit = session.limits.webhook_request_bytes
        if size > limit:
            session.error(
                f"Webhook request evaluated to {size} bytes, exceeding the limit of {limit}",
                "webhook:request_size",
                {"limit": str(limit), "size": str(size)},
            )
            return
        call = Call(run, request)
        call.keep(run)
        if self.data.get("result_name"):
            call.save(run, self.data["result_name"])

    def _request(self, run: Run) -> WebhookRequest | None:
        """The request, or nothing where its URL cannot be called."""
        session = run.session
        url = run.text(self.data["url"], bounded=False)[0].strip()
        if not url:
            session.error("Webhook URL evaluated to empty string")
            return None
        host = _host(url)
        if not host or len(url) > LONGEST_URL:
            shown = ellipsis(url, _LONGEST_SHOWN)
            session.error(
                f"Webhook URL evaluated to an invalid URL: '{shown}'", "url:invalid", {"url": shown}
            )
            return None
        if session.services.is_blocked_host(host):
            session.error(f"Webhook calls to {host} are not allowed", "url:blocked", {"hostname": host})
            return None
        headers = {
            name: run.text(value, bounded=False)[0]
            for name, value in (self.data.get("headers") or {}).items()
        }
        body = run.text(self.data["body"], bounded=False)[0] if self.data.get("body") else ""
        return WebhookRequest(method=self.data["method"], url=url, headers=headers, body=body)

    def results(self) -> list[tuple[str, list[str]]]:
        name = self.data.get("result_name")
        return [(name, ["Success", "Failure"])] if name else []


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


class CallResthook(Action):
    """Posts the run's story to everybody who subscribed to it."""

    type = "call_resthook"

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("resthook")
        checks.text("resthook")
        checks.result_name()

    def execute(self, run: Run) -> None:
        session = run.session
        resthook = session.assets.resthooks.get(self.data["resthook"])
        if resthook is None:
            return
        slug = self.data["resthook"]
        body, fine = run.text(RESTHOOK_BODY, bounded=False)
        if not fine:
            return
        session.log("resthook_called", resthook=slug, payload=json.loads(body))
        calls: list[Call] = []
        for url in resthook.get("subscribers") or []:
            headers = {"Content-Type": "application/json"}
            request = WebhookRequest(method="POST", url=url, headers=headers, body=body, resthook=slug)
            calls.append(Call(run, request))
        telling = _telling(calls)
        if telling is None:
            return
        telling.keep(run)
        if self.data.get("result_name"):
            telling.save(run, self.data["result_name"])

    def results(self) -> list[tuple[str, list[str]]]:
        name = self.data.get("result_name")
        return [(name, ["Success", "Failure"])] if name else []


def _telling(calls: list[Call]) -> Call | None:
    """The call whose outcome stands for all: the first that failed, else the last that did not."""
    failed = [call for call in calls if call.status in (RESPONSE_ERROR, CONNECTION_ERROR)]
    fine = [call for call in calls if call.status == SUCCESS]
    return failed[0] if failed else fine[-1] if fine else calls[-1] if calls else None


ACTIONS: tuple[type[Action], ...] = (CallWebhook, CallResthook)
