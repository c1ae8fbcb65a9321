"""SMS channels: made, changed, and the one that a new send takes."""

import json
import secrets
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from django.conf import settings

from mhero.messaging.channel_log import redacted
from mhero.messaging.channels import TYPES
from mhero.messaging.channels.types import Channel
from mhero.messaging.errors import NoSMSChannel, NotRegistered
from mhero.messaging.models import SMSChannel
from mhero.messaging.sending.balance import ANY_PHONE
from mhero.messaging.sending.choice import Candidate, Choice
from mhero.platform.errors import PartnerError
from mhero.platform.http import RecordedClient

REGISTER_SECONDS = 10


def create_sms_channel(
    *,
    type: str,
    name: str,
    address: str,
    send_url: str = "",
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
        send_url=send_url or TYPES[type].send_url,
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


def register(channel: SMSChannel) -> bool:
    """Tells the provider our addresses; False where that is done by hand. Raises `NotRegistered`."""
    ours = as_channel(channel)
    request = TYPES[channel.type].registration(ours)
    if request is None:
        return False
    client = RecordedClient(request.url, partner=channel.name, timeout_seconds=REGISTER_SECONDS, attempts=1)
    try:
        with client:
            client.request(request.method, request.url, json=json.loads(request.body or b"{}"))
    except PartnerError as error:
        raise NotRegistered(redacted(str(error), ours)) from error
    return True


def as_channel(channel: SMSChannel) -> Channel:
    """The row as its kind needs it."""
    return Channel(
        id=channel.id,
        type=channel.type,
        address=channel.address,
        send_url=channel.send_url,
        settings=channel.settings,
        secret=channel.secret,
        signing_secret=channel.signing_secret,
        callback_secret=channel.callback_secret,
        rate=channel.rate,
        concurrency=channel.concurrency,
        gateway_url=settings.CONFIGURATION.gateway_url,
    )


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
