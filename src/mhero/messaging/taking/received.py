"""One call of a phone network, as the gateway kept it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    id: int
    sms_channel_id: UUID
    kind: str
    payload: dict[str, str]
    received_at: datetime
