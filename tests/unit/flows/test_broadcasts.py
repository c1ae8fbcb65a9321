"""A broadcast speaks each contact's language as far as it can."""

from datetime import UTC, datetime

from mhero.flows.broadcasts import translated
from mhero.flows.environment import Environment

ENV = Environment(
    allowed_languages=("eng", "kpe"),
    default_country="LR",
    now=lambda: datetime(2026, 3, 1, tzinfo=UTC),
    random=lambda: 0.5,
)
REMINDER = {"eng": {"text": "Report your stock", "quick_replies": ["Yes"]}, "kpe": {"text": "Ku tɔ"}}


def test_what_one_language_lacks_is_taken_from_the_next() -> None:
    content, locale = translated(REMINDER, base_language="eng", contact_language="kpe", env=ENV)
    assert (content, locale) == ({"text": "Ku tɔ", "quick_replies": ["Yes"]}, "kpe-LR")


def test_a_language_that_is_not_allowed_is_not_spoken() -> None:
    content, locale = translated(
        {**REMINDER, "fra": {"text": "Bonjour"}}, base_language="eng", contact_language="fra", env=ENV
    )
    assert (content["text"], locale) == ("Report your stock", "eng-LR")
