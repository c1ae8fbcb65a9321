"""What is written down of a call to a connected system."""

from dataclasses import dataclass
from uuid import UUID

#: Query parameters whose value is never written down.
SECRET_PARAMETERS = {"password", "pass", "pwd", "token", "access_token", "api_key", "apikey", "key", "secret"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call that was made, as the record of a transaction keeps it."""

    #: Sorts by the time at which the call began.
    id: UUID
    name: str
    method: str
    #: Without its secrets.
    url: str
    #: None when there was no answer.
    status: int | None
    seconds: float
    #: Of the answer's body, as it was unpacked.
    bytes: int
    #: Empty when all was well.
    error: str = ""
