"""The door of iHRIS 5's messaging pages: the paths and shapes of emNutt, which they were made for.

What emNutt answers in plain JSON is not a standard, so what these paths are asked is read leniently: an id or
a reference counts wherever it stands in the query or the body.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from mhero.accounts.authors import Machine
from mhero.exchange.models import Channel
from mhero.exchange.seeds import MESSAGING_PAGES
from mhero.exchange.services import request_run
from mhero.messaging.models import Contact
from mhero.messaging.services import opt_in, opt_out
from mhero.outreach.fhir.answers import Answer, Caller
from mhero.outreach.fhir.bundles import answer_bundle
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.resources import Resources, Served
from mhero.outreach.fhir.searching import Query
from mhero.outreach.mobile_alerts import lists, workflows
from mhero.outreach.mobile_alerts.errors import AlertRefused
from mhero.outreach.mobile_alerts.named import ids_named, lists_named, people_named
from mhero.outreach.mobile_alerts.progress import clear, progress, progress_of_all
from mhero.outreach.mobile_alerts.resources import DIALECT, REQUEST
from mhero.outreach.mobile_alerts.services import revoke
from mhero.registry.fhir.errors import NotHere

#: Where its FHIR resources are.
BASE: Final = "emNutt/fhir"
RESOURCES: Final = Resources(
    [
        *DIALECT.served(),
        Served(
            type="Basic",
            role=MESSAGING_PAGES,
            parameters={"_id": "token", "name": "string"},
            search=workflows.search_basic,
            read=workflows.read_basic,
        ),
        Served(
            type="Group",
            role=MESSAGING_PAGES,
            parameters={"_id": "token", "name": "string"},
            search=lists.search_groups,
            read=lists.read_group,
            create=lists.make_group,
            update=lists.change_group,
        ),
    ]
)
#: What a sync starts here: the mediator that brings it.
_MEDIATORS: Final = {"syncContacts": "ihris", "syncContactsGroups": "contacts"}
#: What emNutt had to fetch from RapidPro, and what mHero keeps itself.
_KEPT_HERE: Final = {
    "cacheFHIR2ES",
    "checkCommunicationRequest",
    "syncFloipFlowResults",
    "syncRPInboxMessages",
    "syncWorkflowRunMessages",
    "syncWorkflows",
}
_WRITES: Final = ("POST", "PUT")


def answer(method: str, steps: list[str], query: Query, body: Json, caller: Caller) -> Answer:
    """Raises `FHIRError` for what is refused."""
    # emNutt's versions, and the channels that came with it, do not agree on what stands below what.
    match [step for step in steps if step not in ("emNutt", "fhir")]:
        case ["site-up"] if method not in _WRITES:
            return Answer(body={"status": "up"})
        case ["getConfig"] if method not in _WRITES:
            return Answer(body={"app": "mHero", "version": version("mhero"), "fhir": caller.base})
        case ["sync", what]:
            return _sync(what, caller)
        case ["optout"] if method in _WRITES:
            return _opt(query, body, caller, opt_out)
        case ["undoOptout"] if method in _WRITES:
            return _opt(query, body, caller, opt_in)
        case ["getProgress", *named] if method not in _WRITES:
            return _progress([*ids_named(dict(query)), *named], caller)
        case ["clearProgress"]:
            return Answer(body={"cleared": clear(_ids(query, body), caller.client_id)})
        case ["cancelMessageSchedule"] if method in _WRITES:
            return _cancel(_ids(query, body), caller)
        case ["subscribe-contact-groups"] if method in _WRITES:
            return _subscribe(query, body, caller, joins=True)
        case ["unsubscribe-contact-groups"] if method in _WRITES:
            return _subscribe(query, body, caller, joins=False)
        case [] if method == "POST":
            return answer_bundle(body, RESOURCES.answer, caller)
        case below:
            answered = RESOURCES.answer(method, below, query, body, caller)
            if (method, below) == ("POST", [REQUEST]):
                # The name under which iHRIS asks for the progress.
                answered.body["reqID"] = answered.body["id"]
            return answered


def _progress(named: list[str], caller: Caller) -> Answer:
    """Of the request that is named; otherwise of all that are under way or not cleared yet."""
    if named:
        return Answer(body=progress(named[0], caller.client_id))
    return Answer(body={"progress": progress_of_all(caller.client_id)})


def _cancel(named: list[str], caller: Caller) -> Answer:
    cancelled = [str(revoke(id, caller.client_id).id) for id in dict.fromkeys(named)]
    if not cancelled:
        raise NotHere
    return Answer(body={"cancelled": cancelled})


def _subscribe(query: Query, body: Json, caller: Caller, *, joins: bool) -> Answer:
    said = [dict(query), body]
    groups, people = lists_named(said), people_named(said)
    if not groups or not people:
        raise AlertRefused("Name the people and the lists, such as Practitioner/1 and Group/….")
    contacts = lists.contacts_named(people)
    changed = lists.subscribe(groups, contacts, caller, joins=joins)
    return Answer(body={"groups": changed, "people": len(contacts)})


def _opt(query: Query, body: Json, caller: Caller, change: Callable[[str, Machine], None]) -> Answer:
    people = people_named([dict(query), body])
    if not people:
        raise AlertRefused("Name the people, such as Practitioner/1.")
    contacts = Contact.objects.filter(id__in=lists.contacts_named(people), number__isnull=False)
    numbers = [number for number in contacts.values_list("number", flat=True) if number]
    for number in numbers:
        change(number, Machine(email=caller.client_id))
    return Answer(body={"changed": len(numbers), "unknown": len(people) - len(numbers)})


def _sync(what: str, caller: Caller) -> Answer:
    if what in _KEPT_HERE:
        words = "mHero keeps these itself; nothing has to be fetched."
        return Answer(body={"status": "done", "words": words})
    channel = Channel.objects.filter(mediator=_MEDIATORS.get(what, "-"), is_enabled=True).first()
    if channel is None:
        raise NotHere("There is nothing to sync by that name, or its channel is off.")
    run = request_run(channel, caller.client_id)
    return Answer(status=202, body={"status": str(run.status), "run": str(run.id)})


def _ids(query: Query, body: Json) -> list[str]:
    return ids_named([dict(query), body])
