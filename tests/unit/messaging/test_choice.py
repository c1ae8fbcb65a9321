"""Which channel a message leaves by, and how trouble moves messages away and peace brings them back."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from mhero.messaging.sending.choice import Candidate, Choice
from mhero.messaging.sending.shares import Health, moves

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
ORANGE, LONESTAR, ANY, OTHER = (UUID(int=number) for number in range(1, 5))
NAMES = {ORANGE: "orange", LONESTAR: "lonestar", ANY: "any", OTHER: "other"}


def candidate(id: UUID, *prefixes: str, weight: float = 50, share: float | None = None) -> Candidate:
    return Candidate(id=id, prefixes=prefixes, weight=weight, share=weight if share is None else share)


def drawn(choice: Choice, number: str, times: int = 2000) -> dict[str, float]:
    random = Random(7)
    counts = Counter(choice.channel_for(number, random) for _ in range(times))
    return {NAMES[id]: round(count / times, 1) for id, count in counts.items() if id}


def test_without_channels_there_is_nothing_to_choose() -> None:
    assert Choice([]).channel_for("+231770000001", Random(1)) is None


def test_the_longest_prefix_wins() -> None:
    choice = Choice([candidate(ANY), candidate(ORANGE, "+23177"), candidate(LONESTAR, "+2317")])
    assert drawn(choice, "+231770000001") == {"orange": 1}
    assert drawn(choice, "+231720000001") == {"lonestar": 1}
    assert drawn(choice, "+231880000001") == {"any": 1}


def test_a_number_that_no_channel_is_for_goes_by_any() -> None:
    choice = Choice([candidate(ORANGE, "+23177"), candidate(LONESTAR, "+23188")])
    assert drawn(choice, "+22500000000") == {"orange": 0.5, "lonestar": 0.5}


def test_weights_decide_among_equals() -> None:
    choice = Choice([candidate(ANY, weight=80), candidate(OTHER, weight=20)])
    assert drawn(choice, "+231770000001") == {"any": 0.8, "other": 0.2}


def test_what_a_prefix_lost_goes_to_the_channels_for_any_number() -> None:
    choice = Choice([candidate(ORANGE, "+23177", share=20), candidate(ANY, weight=30)])
    assert drawn(choice, "+231770000001") == {"orange": 0.4, "any": 0.6}
    assert drawn(choice, "+231880000001") == {"any": 1}


def test_when_all_shares_are_gone_all_are_alike() -> None:
    choice = Choice([candidate(ANY, share=0), candidate(OTHER, share=0)])
    assert drawn(choice, "+231770000001") == {"any": 0.5, "other": 0.5}


def test_a_channel_can_be_left_out() -> None:
    choice = Choice([candidate(ORANGE, "+23177"), candidate(ANY)], without={ORANGE})
    assert drawn(choice, "+231770000001") == {"any": 1}


def health(id: UUID, *prefixes: str, **own: Any) -> Health:
    usual = {"weight": 50.0, "share": 50.0, "moved_at": None, "reason": "", "asked": 100}
    return Health(id=id, prefixes=prefixes, **(usual | own))


def moved(*channels: Health, at: datetime = NOW) -> dict[str, tuple[float, str]]:
    return {NAMES[move.id]: (move.share, move.reason) for move in moves(channels, at)}


SLOW = {"sampled": 100, "late": 15}
ERRORS = {"failed": 50}


def test_nothing_moves_in_peace() -> None:
    assert moved(health(ANY), health(OTHER, failed=49, sampled=100, late=14)) == {}


@pytest.mark.parametrize(("trouble", "reason"), [(ERRORS, "errors"), (SLOW, "slow")])
def test_trouble_moves_ten_to_the_other(trouble: dict[str, int], reason: str) -> None:
    assert moved(health(ANY, **trouble), health(OTHER)) == {"any": (40, reason), "other": (60, "helping")}


def test_a_channel_where_nothing_works_needs_no_fifty_failures() -> None:
    assert moved(health(ANY, asked=2, failed=2), health(OTHER))["any"] == (40, "errors")
    assert moved(health(ANY, asked=1, failed=1), health(OTHER)) == {}
    assert moved(health(ANY, asked=3, failed=2), health(OTHER)) == {}


def test_a_few_late_reports_say_nothing() -> None:
    assert moved(health(ANY, sampled=19, late=19), health(OTHER)) == {}


def test_when_all_are_slow_nothing_moves() -> None:
    assert moved(health(ANY, **SLOW), health(OTHER, **SLOW)) == {}


def test_one_channel_alone_keeps_everything() -> None:
    assert moved(health(ANY, **ERRORS)) == {}


def test_a_channel_for_other_numbers_takes_nothing_over() -> None:
    assert moved(health(ORANGE, "+23177", **ERRORS), health(LONESTAR, "+23188")) == {}


def test_a_channel_for_any_number_takes_over_by_the_draw() -> None:
    assert moved(health(ORANGE, "+23177", **ERRORS), health(ANY)) == {"orange": (40, "errors")}


def test_several_helpers_share_the_step() -> None:
    got = moved(health(ANY, **ERRORS), health(OTHER), health(ORANGE))
    assert got == {"any": (40, "errors"), "other": (55, "helping"), "orange": (55, "helping")}


@pytest.mark.parametrize(
    ("trouble", "reason", "minutes", "moves_on"),
    [
        (ERRORS, "errors", 0.9, False),
        (ERRORS, "errors", 1, True),
        (SLOW, "slow", 4.9, False),
        (SLOW, "slow", 5, True),
        (SLOW, "helping", 0.1, True),
    ],
)
def test_steps_have_their_pace(trouble: dict[str, int], reason: str, minutes: float, moves_on: bool) -> None:
    before = NOW - timedelta(minutes=minutes)
    channel = health(ANY, share=40.0, moved_at=before, reason=reason, **trouble)
    got = moved(channel, health(OTHER, share=60.0, moved_at=before, reason="helping"))
    assert got == ({"any": (30, next(iter({"errors", "slow"} & {"errors" if trouble is ERRORS else "slow"}))),
                    "other": (70, "helping")} if moves_on else {})  # fmt: skip


def test_a_share_never_goes_below_nothing() -> None:
    ill = health(ANY, share=4.0, moved_at=NOW - timedelta(hours=1), reason="errors", **ERRORS)
    assert moved(ill, health(OTHER))["any"] == (0, "errors")
    gone = health(ANY, share=0.0, moved_at=NOW - timedelta(hours=1), reason="errors", **ERRORS)
    assert moved(gone, health(OTHER)) == {}


@pytest.mark.parametrize(
    ("reason", "minutes", "share"),
    [("errors", 14, None), ("errors", 15, 30.0), ("returning", 4, None), ("returning", 5, 30.0)],
)
def test_peace_brings_it_back_slowly(reason: str, minutes: int, share: float | None) -> None:
    was = health(ANY, share=20.0, moved_at=NOW - timedelta(minutes=minutes), reason=reason)
    assert moved(was, health(OTHER)) == ({"any": (share, "returning")} if share else {})


def test_the_last_step_back_is_no_longer_than_the_way() -> None:
    helped = health(OTHER, share=56.0, moved_at=NOW - timedelta(minutes=15), reason="helping")
    assert moved(helped, health(ANY)) == {"other": (50, "returning")}


def test_trouble_and_return_end_where_they_began() -> None:
    """Ten minutes of errors, then peace: the weights are whole again, and never more than a step a minute."""
    ill, well, at = health(ANY), health(OTHER), NOW
    for minute in range(180):
        if minute < 10:
            ill = health(ANY, share=ill.share, moved_at=ill.moved_at, reason=ill.reason, **ERRORS)
        else:
            ill = health(ANY, share=ill.share, moved_at=ill.moved_at, reason=ill.reason)
        for move in moves((ill, well), at):
            now = health(move.id, share=move.share, moved_at=at, reason=move.reason)
            ill, well = (now, well) if move.id == ANY else (ill, now)
        at += timedelta(minutes=1)
        if minute == 9:
            assert (ill.share, well.share) == (0, 100)
    assert (ill.share, well.share) == (50, 50)
