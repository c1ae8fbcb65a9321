"""How fast messages leave, and when those that did not are tried again."""

from datetime import UTC, datetime, timedelta
from random import Random

from mhero.messaging.sending.attempts import MOST_ATTEMPTS, next_attempt, silence_seconds
from mhero.messaging.sending.bucket import Bucket


def test_no_more_segments_leave_than_the_rate_allows() -> None:
    seconds = [0.0]
    bucket = Bucket(10, clock=lambda: seconds[0])
    sent = 0
    for _ in range(1000):
        if bucket.level() > 0:
            bucket.take(3)
            sent += 3
        seconds[0] += 0.01
    # What the bucket held at first, ten a second for ten seconds, and one message overdrawn.
    assert 100 <= sent <= 5 + 100 + 3


def test_a_long_message_is_paid_off_before_the_next() -> None:
    seconds = [0.0]
    bucket = Bucket(1, clock=lambda: seconds[0])
    bucket.take(6)
    assert bucket.seconds_until_one() == 6
    seconds[0] = 6
    assert bucket.level() == 1


def test_attempts_are_further_and_further_apart_and_end() -> None:
    at = datetime(2026, 3, 3, tzinfo=UTC)
    moments = [next_attempt(at, attempt, Random(1)) for attempt in range(1, MOST_ATTEMPTS + 1)]
    assert moments[-1] is None
    assert moments[0] is not None
    assert moments[0] - at < timedelta(seconds=3)
    assert all(moment is not None and moment - at <= timedelta(minutes=12) for moment in moments[:-1])


def test_a_provider_that_is_down_is_left_alone_for_longer_and_longer() -> None:
    silences = [silence_seconds(failures) for failures in range(20)]
    assert silences == sorted(silences)
    assert silences[4] == 0
    assert silences[-1] == 15
