"""Referrals for other systems: ServiceRequest and Task, for clients with the role, each read audited."""

from collections.abc import Callable, Sequence
from typing import Final

from django.db import IntegrityError, transaction

from mhero.exchange.seeds import REFERRALS
from mhero.outreach.fhir.answers import Answer, Caller, known_id, one, page_of
from mhero.outreach.fhir.errors import ResourceRefused
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.resources import Served
from mhero.outreach.fhir.searching import Query, read_search
from mhero.outreach.referrals.documents import service_request, task, task_status
from mhero.outreach.referrals.models import Referral
from mhero.outreach.referrals.queries import referrals_of
from mhero.outreach.referrals.reading import STEPS, is_revoked, read_request, read_task
from mhero.outreach.referrals.searching import (
    REQUEST_PARAMETERS,
    TASK_PARAMETERS,
    requests_wanted,
    tasks_wanted,
)
from mhero.outreach.referrals.services import By, locked, refer, take_step
from mhero.outreach.referrals.steps import Step
from mhero.platform.clock import now
from mhero.registry.fhir.errors import NotHere, NotSupported

Show = Callable[[Referral], Json]


class StepNotPossible(ResourceRefused):
    """The referral is not in a state from which this can happen."""

    code = "referral_step_not_possible"
    status = 409
    issue = "conflict"


def make(raw: Json, caller: Caller) -> Answer:
    """201 for a new referral, 200 for one that is there already."""
    order = read_request(raw, client_id=caller.client_id, at=now())
    try:
        made = refer(order)
    except IntegrityError:
        # The same came twice at once: the other one was quicker.
        made = refer(order)
    caller.audit("referrals.changed", "FHIR ServiceRequest", people=1)
    return one(service_request(made.referral), caller, is_new=not made.is_known)


def call_off(id: str, raw: Json, caller: Caller) -> Answer:
    """Takes a request back; nothing else of it can be changed."""
    if not is_revoked(raw):
        raise NotSupported("A request can only be taken back: PUT it with the status revoked.")
    return _stepped(id, Step.CANCELLED, "", caller, service_request)


def take_on(id: str, raw: Json, caller: Caller) -> Answer:
    """Takes a referral a step on by the status of its task; an outcome is in `output`."""
    status, outcome = read_task(raw)
    if status == task_status(_found(id)) and status not in STEPS:
        return _read(id, caller, "Task", task)
    if status not in STEPS:
        raise ResourceRefused(f"The status can be {', '.join(STEPS)}.", "Task.status")
    return _stepped(id, STEPS[status], outcome, caller, task)


def _stepped(id: str, step: Step, outcome: str, caller: Caller, show: Show) -> Answer:
    with transaction.atomic():
        referral = locked(_found(id).id)
        caller.check_version(referral.version)
        try:
            take_step(referral, step, now(), By(name=caller.client_id), outcome=outcome)
        except ValueError as error:
            raise StepNotPossible(
                f"A referral that is {task_status(referral)} cannot become that."
            ) from error
        shown = show(referral)
        caller.audit("referrals.changed", f"FHIR {shown['resourceType']}", people=1)
    return one(shown, caller)


def _found(id: str) -> Referral:
    referral = referrals_of(None).filter(id=known_id(id)).first()
    if referral is None:
        raise NotHere
    return referral


def _read(id: str, caller: Caller, type: str, show: Show) -> Answer:
    referral = _found(id)
    caller.audit("referrals.read", f"FHIR {type}", people=1)
    return one(show(referral), caller)


def _search_requests(query: Query, caller: Caller) -> Answer:
    search = read_search(query)
    showing = _showing("ServiceRequest", service_request, caller)
    return page_of("ServiceRequest", requests_wanted(search.criteria), search, caller, showing)


def _search_tasks(query: Query, caller: Caller) -> Answer:
    search = read_search(query)
    return page_of("Task", tasks_wanted(search.criteria), search, caller, _showing("Task", task, caller))


def _showing(type: str, show: Show, caller: Caller) -> Callable[[Sequence[Referral]], list[Json]]:
    def shown(rows: Sequence[Referral]) -> list[Json]:
        caller.audit("referrals.read", f"FHIR {type}", people=len(rows))
        return [show(row) for row in rows]

    return shown


SERVED: Final = (
    Served(
        type="ServiceRequest",
        role=REFERRALS,
        parameters=REQUEST_PARAMETERS,
        search=_search_requests,
        read=lambda id, caller: _read(id, caller, "ServiceRequest", service_request),
        create=make,
        update=call_off,
        is_patched=True,
    ),
    Served(
        type="Task",
        role=REFERRALS,
        parameters=TASK_PARAMETERS,
        search=_search_tasks,
        read=lambda id, caller: _read(id, caller, "Task", task),
        update=take_on,
        is_patched=True,
    ),
)
