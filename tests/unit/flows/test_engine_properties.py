"""Whatever a definition holds and people answer: own errors alone, and always the same conversation."""

from __future__ import annotations

import contextlib
import copy
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.flows.long_talk import (
    FIXED,
    TRIGGER,
    Json,
    Move,
    after_storing,
    begin,
    flows,
    id_of,
    talk,
    world,
)
from tests.unit.flows.test_engine_migration import Ids, old_flow

from mhero.flows.actions import ACTIONS
from mhero.flows.definition.exports import read_export
from mhero.flows.definition.inspect import inspect, localizables, waits
from mhero.flows.definition.read import read_flow
from mhero.flows.errors import FlowError, InvalidDefinition

#: Far more than any of these takes, also on a busy machine: what takes longer hangs.
IN_TIME = timedelta(seconds=20)
LIMIT = 8

answers = st.one_of(
    st.sampled_from(["1", "rien", "few 2", "31-01-2026", "0777000333", "", "Bong", "yes", "forbidden"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
).map(lambda text: ("msg", text))
moves = st.one_of(answers, answers, st.just(("wait_timeout", "")), st.just(("wait_expiration", "")))


@settings(max_examples=60, deadline=IN_TIME)
@given(st.lists(st.tuples(moves, st.booleans()), min_size=LIMIT, max_size=LIMIT), st.sampled_from([3, 500]))
def test_a_session_stored_at_any_wait_goes_on_as_if_it_had_not_been(
    plan: list[tuple[Move, bool]], most_sprints: int
) -> None:
    moves, stored = [move for move, _ in plan], [away for _, away in plan]
    assert talk(moves, stored, most_sprints) == talk(moves, [False] * LIMIT, most_sprints)


def test_a_long_conversation_enters_a_flow_calls_out_and_comes_back() -> None:
    found = "".join(talk(FIXED, [True] * len(FIXED)))
    for kind in ("webhook_called", "email_sent", "broadcast_created", "session_triggered", "resthook_called"):
        assert f'"type": "{kind}"' in found
    assert "Des gants, Musu ?" in found
    assert found.count('"type": "run_started"') >= 2


def test_the_same_clock_dice_and_answers_make_the_same_conversation_in_any_process() -> None:
    program = "from tests.unit.flows.long_talk import FIXED, talk;print(talk(FIXED, [True] * len(FIXED)))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "src:."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert runs[0] == runs[1] == runs[2]
    assert len(runs[0]) > 1000


# Definitions

fragments = st.lists(
    st.sampled_from(
        ["@", "(", ")", "contact", ".name", "@results.x", "@(1/0)", '"', "\ud800", "\0", "é", " "]
    ),
    max_size=6,
).map("".join)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8), fragments,
    st.sampled_from(["msg", "dial", "switch", "random", "eng", "und", "has_text", "14.4.2", *ACTIONS]),
    st.sampled_from([id_of("b", 1), id_of("b", 2), id_of("1", 17), id_of("e", 16), "x" * 20_000, 2**80, -1]),
)  # fmt: skip
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything within a definition."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


ORIGINALS = {
    "14.4.2": flows()[0],
    "13.0.0": {**flows()[0], "spec_version": "13.0.0"},
    "11.12": old_flow(),
}
PLACES = [(version, place) for version, original in ORIGINALS.items() for place in places(original)]
GONE = object()


def changed(version: str, place: tuple[Any, ...], value: Any) -> Json:
    """A definition with something else, or nothing, in one place."""
    broken: Any = copy.deepcopy(ORIGINALS[version])
    target = broken
    for step in place[:-1]:
        target = target[step]
    if value is GONE:
        del target[place[-1]]
    else:
        target[place[-1]] = value
    return broken  # type: ignore[no-any-return]


@settings(max_examples=400, deadline=IN_TIME)
@given(st.sampled_from(PLACES), st.just(GONE) | any_json)
def test_no_definition_raises_anything_but_its_own_errors(
    where: tuple[str, tuple[Any, ...]], value: Any
) -> None:
    broken = changed(*where, value)
    try:
        flow = read_flow(broken, uuid=Ids())
    except FlowError:
        return
    assets, env = world(*flows()[1:])
    assets.add_flow(flow)
    inspect(flow, assets)
    waits(flow)
    localizables(flow)
    if flow.uuid != TRIGGER["flow"]["uuid"]:  # type: ignore[index]
        return
    sprint = begin(assets, env)
    for move in FIXED:
        if sprint.session["status"] != "waiting":
            break
        with contextlib.suppress(FlowError):
            sprint = after_storing(assets, env, sprint, move)


@settings(max_examples=150, deadline=IN_TIME)
@given(st.one_of(any_json, st.fixed_dictionaries({"version": scalars, "flows": any_json})))
def test_no_file_of_flows_raises_anything_but_its_own_errors(value: Any) -> None:
    with contextlib.suppress(FlowError):
        read_export(value, uuid=Ids())


@pytest.mark.parametrize("place", [("nodes",), ("localization",), ("nodes", 0, "router", "cases")])
def test_a_definition_of_no_end_is_refused(place: tuple[Any, ...]) -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"nodes": [deep]}
    for value in (deep, [flows()[0]["nodes"][0]] * 5_000):
        with pytest.raises(InvalidDefinition):
            read_flow(changed("14.4.2", place, value))
