"""Moves a session: node by node, into flows and back out of them, until it waits or ends."""

from __future__ import annotations

from typing import Any

from mhero.flows import modifiers, times
from mhero.flows.definition.flow import Flow, NoCategory, Node
from mhero.flows.errors import InvalidResume
from mhero.flows.resumes import EXPIRATION, MSG, TIMEOUT
from mhero.flows.run import ACTIVE, COMPLETED, EXPIRED, FAILED, WAITING, Run, RunFailed
from mhero.flows.state import Session

Json = dict[str, Any]


def enter(session: Session, flow: Flow, parent: Run | None, *, terminal: bool) -> Run:
    """Adds a run of the flow and says so."""
    run = Run(session, flow, parent)
    session.runs.append(run)
    details: Json = {"run_uuid": run.uuid, "flow": run.flow_reference}
    if parent is not None:
        details["parent_uuid"] = parent.uuid
    if terminal:
        details["terminal"] = True
    session.log("run_started", **details)
    session.changed()
    return run


def continue_from_wait(session: Session, run: Run, resume: Json) -> None:
    """Takes up a waiting run with what it was resumed by. Raises InvalidResume when that does not fit."""
    kind = resume["type"]
    node = run.node
    wait = node.router.wait if node is not None and node.router is not None else None
    if kind != EXPIRATION and wait is not None and not wait.accepts(kind):
        raise InvalidResume(f"resume of type {kind} not accepted by wait of type {wait.type}")
    if session.sprints > session.limits.sprints_per_session:
        fail(
            session,
            run,
            f"Reached maximum number of sprints per session ({session.limits.sprints_per_session})",
        )
        return
    if kind == MSG:
        session.take_message(resume["event"])
    elif kind in (TIMEOUT, EXPIRATION):
        session.input = None if kind == TIMEOUT else session.input
    session.status = ACTIVE
    modifiers.regroup(session)
    if kind == EXPIRATION:
        run.exit(EXPIRED)
        continue_sprint(session, run, None)
        return
    if node is None:
        fail(session, run, "Can't resume in node that no longer exists")
        return
    run.status = ACTIVE
    if kind == MSG:
        run.had_input = True
    session.changed()
    continue_sprint(session, run, node, timed_out=kind == TIMEOUT)


def continue_sprint(session: Session, run: Run, resumed: Node | None, *, timed_out: bool = False) -> None:
    """Goes on until the session waits, completes or fails.

    `resumed` is the node whose wait just ended; without it the run begins, or has just ended.
    """
    steps = 0
    next_node: Node | None = None
    # What the way out of a parent begins at, as RapidPro counts it: the last node that was visited at all.
    last = run.node
    try:
        if resumed is not None:
            next_node = _leave(session, run, resumed, timed_out=timed_out)
        elif run.status == ACTIVE and run.flow.nodes:
            next_node = run.flow.nodes[0]
        while True:
            if next_node is None:
                finished = _finish(session, run, last)
                if finished is None:
                    return
                run, next_node = finished
                continue
            steps += 1
            if steps > session.limits.steps_per_sprint:
                raise RunFailed(
                    f"Reached maximum number of steps per sprint ({session.limits.steps_per_sprint})"
                )
            last = next_node
            run, next_node, waits = _visit(session, run, next_node)
            if waits:
                run.status = session.status = WAITING
                return
    except RunFailed as failure:
        # The run that failed is the one that was last active.
        failed = next(item for item in reversed(session.runs) if item.status == ACTIVE)
        fail(session, failed, str(failure))


def _visit(session: Session, run: Run, node: Node) -> tuple[Run, Node | None, bool]:
    """Arrives at a node: acts, enters a flow if that was asked for, waits or leaves."""
    run.arrive(node)
    for action in node.actions:
        action.execute(run)
    if session.pushed is not None:
        flow, terminal = session.pushed
        session.pushed = None
        if terminal:
            for other in reversed(session.runs):
                if other.exited_on is None:
                    other.exit(COMPLETED)
        child = enter(session, flow, run, terminal=terminal)
        return child, flow.nodes[0] if flow.nodes else None, False
    router = node.router
    if router is not None and router.wait is not None and router.wait.begin(run):
        return run, None, True
    return run, _leave(session, run, node), False


def _leave(
    session: Session, run: Run, node: Node, *, timed_out: bool = False, origin: str = ""
) -> Node | None:
    """Picks an exit of the node and follows it; None where the run ends."""
    operand = ""
    router = node.router
    if router is None:
        exit_ = node.exits[0]
    else:
        try:
            if timed_out:
                exit_uuid = router.route_timeout(run)
            else:
                exit_uuid, operand = router.route(run)
        except NoCategory:
            raise RunFailed("Router failed to pick a category") from None
        exit_ = node.exit(exit_uuid)
    if not exit_.destination_uuid:
        return None
    segment: Json = {
        "flow_uuid": run.flow.uuid,
        "node_uuid": origin or node.uuid,
        "exit_uuid": exit_.uuid,
    }
    if operand:
        segment["operand"] = operand
    segment["destination_uuid"] = exit_.destination_uuid
    segment["time"] = times.written(session.now())
    session.segments.append(segment)
    return run.flow.by_uuid[exit_.destination_uuid]


def _finish(session: Session, run: Run, last: Node | None) -> tuple[Run, Node | None] | None:
    """Ends a run that has nowhere to go; the run to go on with, or None when the session is at its end."""
    if run.exited_on is None:
        run.exit(COMPLETED)
    parent = run.parent
    if parent is None or parent.exited_on is not None:
        session.status = COMPLETED
        return None
    node = parent.node
    if node is None:
        fail(session, parent, "Can't resume parent run in node that no longer exists")
        return None
    session.changed()
    return parent, _leave(session, parent, node, origin=last.uuid if last else "")


def fail(session: Session, run: Run, text: str) -> None:
    """Ends a run, those that wait for it and the session as failed."""
    session.log("failure", text=text)
    current: Run | None = run
    while current is not None:
        if current.exited_on is None:
            current.exit(FAILED)
        current = current.parent
    session.status = FAILED
