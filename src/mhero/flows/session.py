"""A session: a contact's way through a flow and the flows it enters, from one wait to the next.

`start` and `resume` take plain JSON and answer it: the new session, the changed contact, what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mhero.flows import modifiers, resumes, times
from mhero.flows.assets import Assets
from mhero.flows.engine import continue_from_wait, continue_sprint, enter
from mhero.flows.environment import Environment
from mhero.flows.errors import InvalidResume, InvalidSession
from mhero.flows.services import Limits, Services
from mhero.flows.state import WAITING, Session, Sprint
from mhero.flows.triggers import read_trigger

Json = dict[str, Any]


def start(
    *,
    assets: Assets,
    environment: Environment,
    contact: Json,
    trigger: Json,
    services: Services | None = None,
    limits: Limits | None = None,
    uuid: Callable[[], str] | None = None,
    call: Json | None = None,
) -> Sprint:
    """Starts a session. Raises InvalidTrigger, and InvalidDefinition when the flow is missing or broken."""
    trigger = read_trigger(trigger)
    session = Session(
        assets=assets,
        environment=environment,
        contact=contact,
        trigger=trigger,
        services=services,
        limits=limits,
        uuid=uuid,
    )
    flow = assets.flow(trigger["flow"]["uuid"])
    session.id = session.uuid()
    session.created_on = times.written(session.now())
    session.type, session.call, session.sprints = flow.type, call, 1
    if trigger["type"] == "msg":
        session.take_message(trigger["event"])
    modifiers.regroup(session)
    run = enter(session, flow, None, terminal=False)
    run.had_input = session.input is not None
    continue_sprint(session, run, None)
    return session.sprint()


def resume(
    *,
    assets: Assets,
    environment: Environment,
    session: Json,
    contact: Json,
    resume: Json,
    services: Services | None = None,
    limits: Limits | None = None,
    uuid: Callable[[], str] | None = None,
) -> Sprint:
    """Continues a session that waits. Raises InvalidSession and InvalidResume."""
    resume = resumes.read_resume(resume)
    working = Session(
        assets=assets,
        environment=environment,
        contact=contact,
        trigger=session.get("trigger") or {},
        services=services,
        limits=limits,
        uuid=uuid,
    )
    working.read(session)
    return carry_on(working, resume)


def carry_on(session: Session, resume: Json) -> Sprint:
    """Continues a session that waits with a resume that was read. Raises InvalidSession, InvalidResume."""
    if session.status != WAITING:
        raise InvalidResume("only waiting sessions can be resumed")
    waiting = next((run for run in reversed(session.runs) if run.status == WAITING), None)
    if waiting is None:
        raise InvalidSession("the session doesn't contain any runs which are waiting")
    session.sprints += 1
    session.current_resume = resume
    continue_from_wait(session, waiting, resume)
    return session.sprint()
