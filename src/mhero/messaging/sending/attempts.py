"""When a message that did not get through is tried again. Pure."""

from datetime import datetime, timedelta
from random import Random

#: With the pauses below about three hours, unless the message expires before.
MOST_ATTEMPTS = 24
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 600.0

#: After so many failures in a row the provider itself is taken to be down, and only asked now and then.
PROVIDER_DOWN_AFTER = 5
LONGEST_SILENCE_SECONDS = 15.0


def next_attempt(at: datetime, attempts: int, random: Random) -> datetime | None:
    """The moment of the next attempt after `attempts` of them; None when it was the last one."""
    if attempts >= MOST_ATTEMPTS:
        return None
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempts - 1))
    return at + timedelta(seconds=pause * random.uniform(0.8, 1.2))


def silence_seconds(failures_in_a_row: int) -> float:
    """How long a provider is left alone after that many failures in a row."""
    if failures_in_a_row < PROVIDER_DOWN_AFTER:
        return 0.0
    return min(LONGEST_SILENCE_SECONDS, 0.25 * 2.0 ** min(failures_in_a_row - PROVIDER_DOWN_AFTER, 10))
