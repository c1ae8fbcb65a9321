"""Nothing personal and no secret gets into the channel log."""

from uuid import UUID

import pytest

from mhero.messaging.channel_log import address_of, redacted
from mhero.messaging.channels.types import Channel

CHANNEL = Channel(
    id=UUID(int=1), type="external", address="1234", send_url="", settings={}, secret="a-token",
    signing_secret="a-signature", callback_secret="only-ours", rate=1, concurrency=1,
)  # fmt: skip
TEXT = "Musu, your test for HIV\nis ready à Zota"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("401 bad key a-token", "401 bad key •••"),
        ("only-ours and a-signature", "••• and •••"),
        ("to +231 770-000-001: no", "to •••: no"),
        ("to 231770000001", "to •••"),
        ("error 30003 at 12:15", "error 30003 at 12:15"),
        ("«Musu, your test for HIV is ready à Zota» refused", "«•••» refused"),
        ('{"text": "Musu, your test for HIV is ready \\u00e0 Zota"}', '{"text": "•••"}'),
        ("text=Musu%2C%20your%20test%20for%20HIV%20is%20ready%20%C3%A0%20Zota", "text=•••"),
        ("text=Musu%2C+your+test+for+HIV+is+ready+%C3%A0+Zota&to=1", "text=•••&to=1"),
        ("you said Musu, your test for HIV is r", "you said •••"),
    ],
)
def test_words_are_kept_without_what_is_private(words: str, kept: str) -> None:
    assert redacted(words, CHANNEL, (TEXT, "+231770000001", "231770000001")) == kept


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://user:pass@sms.example.org/send?to=231770000001&key=x", "https://sms.example.org/send"),
        ("http://10.0.0.7:13013/cgi-bin/sendsms?password=x", "http://10.0.0.7:13013/cgi-bin/sendsms"),
    ],
)
def test_an_address_is_kept_without_its_query(url: str, kept: str) -> None:
    assert address_of(url) == kept
