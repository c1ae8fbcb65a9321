"""SMS channels: made, changed, and the one that a new send takes."""

import secrets
from collections.abc import Mapping
from typing import Any

from mhero.messaging.errors import NoSMSChannel
from mhero.messaging.models import SMSChannel


def create_sms_channel(
    *,
    type: str,
    name: str,
    address: str,
    send_url: str,
    settings: Mapping[str, Any] | None = None,
    secret: str = "",
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
        callback_secret=new_callback_secret(),
        rate=rate,
        concurrency=concurrency,
    )


def new_callback_secret() -> str:
    return secrets.token_urlsafe(24)


def callback_name(channel: SMSChannel) -> str:
    """What stands for the channel in callback addresses: `/c/<type>/<this>/<action>`."""
    return f"{channel.id}.{channel.callback_secret}"


def channel_to_send_by() -> SMSChannel:
    """The oldest channel that is on; raises `NoSMSChannel` when there is none."""
    channel = SMSChannel.objects.filter(is_enabled=True).order_by("created_at").first()
    if channel is None:
        raise NoSMSChannel
    return channel
