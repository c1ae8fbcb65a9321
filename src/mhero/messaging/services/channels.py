"""SMS channels: made, changed, and the one that a new send takes."""

import secrets
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from mhero.messaging.errors import NoSMSChannel
from mhero.messaging.models import SMSChannel
from mhero.messaging.sending.balance import ANY_PHONE
from mhero.messaging.sending.choice import Candidate, Choice


def create_sms_channel(
    *,
    type: str,
    name: str,
    address: str,
    send_url: str,
    settings: Mapping[str, Any] | None = None,
    secret: str = "",
    signing_secret: str = "",
    prefixes: Sequence[str] = (),
    weight: int = 50,
    rate: float = 10,
    concurrency: int = 16,
) -> SMSChannel:
    """A channel with a callback secret of its own; of an installation's first one nothing else is needed."""
    return SMSChannel.objects.create(
        type=type,
        name=name,
        address=address,
        send_url=send_url,
        settings=dict(settings or {}),
        secret=secret,
        signing_secret=signing_secret,
        prefixes=list(prefixes),
        weight=weight,
        share=weight,
        callback_secret=new_callback_secret(),
        rate=rate,
        concurrency=concurrency,
    )


def new_callback_secret() -> str:
    return secrets.token_urlsafe(24)


def callback_name(channel: SMSChannel) -> str:
    """What stands for the channel in callback addresses: `/c/<type>/<this>/<action>`."""
    return f"{channel.id}.{channel.callback_secret}"


def channel_to_send_by(number: str = "") -> SMSChannel:
    """The channel that suits an E.164 number, or any; raises `NoSMSChannel` when none is on."""
    choosable = {
        channel.id: channel
        for channel in SMSChannel.objects.filter(is_enabled=True, type__in=ANY_PHONE).order_by("created_at")
    }
    candidates = [
        Candidate(id=channel.id, prefixes=tuple(channel.prefixes), weight=channel.weight, share=channel.share)
        for channel in choosable.values()
    ]
    chosen = Choice(candidates).channel_for(number, Random())
    if chosen is None:
        raise NoSMSChannel
    return choosable[chosen]
