"""Flows: made, saved as revisions, published, put away. Files of them are in `flow_files`."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.definitions import Checked, check, empty_definition, kept, with_new_ids
from mhero.messaging.errors import FlowChangedMeanwhile, InvalidFlow, NotAllowedNow
from mhero.messaging.models import Flow, FlowRevision
from mhero.messaging.queries.flows import definition_of, flow_assets
from mhero.platform.clock import Clock, now
from mhero.platform.ids import new_id
from mhero.platform.notify import notify

Json = dict[str, Any]

#: Who holds conversations listens here: something that they are held with has changed.
CHANGED = "messaging_flows"
LONGEST_NAME = 64
STEP_MINUTES = 5


def create_flow(
    name: str,
    user: User,
    *,
    language: str = "eng",
    definition: Json | None = None,
    questions: Json | None = None,
    flow_id: UUID | None = None,
    clock: Clock = now,
) -> Flow:
    """A new flow with its first revision, not published. Raises InvalidFlow.

    `definition` may be of any version that the engine reads; without it the flow does nothing yet.
    """
    at = clock()
    flow_id = flow_id or new_id()
    name = _named(name)
    definition = kept(definition or empty_definition(flow_id, name, language), flow_id)
    with transaction.atomic():
        flow = Flow.objects.create(
            id=flow_id,
            name=name,
            language=definition.get("language") or language,
            created_at=at,
            created_by=user.email,
            changed_at=at,
        )
        record_audit("flow.made", f"flow {flow.id}", user=user)
        _add_revision(flow, definition, user, questions, clock)
    return flow


def save_revision(
    flow_id: UUID,
    definition: Json,
    user: User,
    *,
    based_on: int,
    questions: Json | None = None,
    clock: Clock = now,
) -> FlowRevision:
    """Keeps the definition as the newest revision, broken or not: people still meet the published one.

    `based_on` is the revision that was changed. Raises FlowChangedMeanwhile when there is a newer one,
    and InvalidFlow when this is no definition at all. `questions` is what the definition was made from;
    without it the flow is one that the questions page can no longer change.
    """
    definition = kept(definition, flow_id)
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(id=flow_id)
        if flow.latest_revision != based_on:
            latest = flow.revisions.get(revision=flow.latest_revision)
            raise FlowChangedMeanwhile(latest.revision, latest.saved_by)
        record_audit("flow.saved", f"flow {flow.id}", user=user)
        return _add_revision(flow, definition, user, questions, clock)


def _add_revision(
    flow: Flow, definition: Json, user: User, questions: Json | None, clock: Clock
) -> FlowRevision:
    revision = flow.latest_revision + 1
    checked = check({**definition, "name": flow.name}, flow_assets(besides=flow.id))
    _forget_steps(flow, user, clock)
    saved = FlowRevision.objects.create(
        flow=flow,
        revision=revision,
        definition=_current(flow, definition, checked, revision),
        saved_at=clock(),
        saved_by=user.email,
    )
    flow.latest_revision = revision
    flow.language = saved.definition.get("language") or flow.language
    flow.issues = checked.issues
    flow.questions = questions
    flow.changed_at = saved.saved_at
    flow.save(update_fields=["latest_revision", "language", "issues", "questions", "changed_at"])
    return saved


def _forget_steps(flow: Flow, user: User, clock: Clock) -> None:
    """The editor saves every few seconds: of one person's drafts in the same minutes the last one stays."""
    at = clock()
    begin = at - timedelta(minutes=at.minute % STEP_MINUTES, seconds=at.second, microseconds=at.microsecond)
    drafts = flow.revisions.filter(saved_at__gte=begin, saved_by=user.email, published_at=None)
    drafts.exclude(revision=1).delete()


def _current(flow: Flow, definition: Json, checked: Checked, revision: int) -> Json:
    """The definition at the engine's newest version, where the engine can read it."""
    current = checked.flow.definition if checked.flow else definition
    return {**current, "uuid": str(flow.id), "name": flow.name, "revision": revision}


def publish_flow(flow_id: UUID, user: User, *, clock: Clock = now) -> Flow:
    """Makes the newest revision the one that people meet, those under way too. Raises InvalidFlow."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(id=flow_id)
        if flow.is_archived:
            raise NotAllowedNow("This flow was put away.")
        checked = check(definition_of(flow), flow_assets(besides=flow.id))
        if checked.flow is None:
            raise InvalidFlow(checked.issues[0]["description"])
        if not checked.flow.nodes:
            raise InvalidFlow("This flow does nothing yet.")
        if flow.published_revision == flow.latest_revision:
            return flow
        flow.revisions.filter(revision=flow.latest_revision).update(
            published_at=clock(), published_by=user.email
        )
        flow.published_revision = flow.latest_revision
        flow.calls_out = checked.calls_out
        flow.issues = checked.issues
        flow.save(update_fields=["published_revision", "calls_out", "issues"])
        record_audit("flow.published", f"flow {flow.id}", user=user, revision=flow.latest_revision)
        notify(CHANGED)
    return flow


def check_again(flow_id: UUID) -> None:
    """Says anew what is wrong with the newest revision: what it refers to may have come or gone."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(id=flow_id)
        flow.issues = check(definition_of(flow), flow_assets(besides=flow.id)).issues
        flow.save(update_fields=["issues"])


def rename_flow(flow_id: UUID, name: str, user: User, *, clock: Clock = now) -> Flow:
    """Gives it another name, in its definition too. Raises InvalidFlow when that is none."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(id=flow_id)
        flow.name = _named(name)
        flow.changed_at = clock()
        flow.save(update_fields=["name", "changed_at"])
        record_audit("flow.renamed", f"flow {flow.id}", user=user)
        notify(CHANGED)
    return flow


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidFlow("A flow needs a name of at most 64 characters.")
    return name


def duplicate_flow(flow_id: UUID, name: str, user: User, *, clock: Clock = now) -> Flow:
    """A new flow that does what the newest revision of this one does, with ids of its own."""
    flow = Flow.objects.get(id=flow_id)
    copied = new_id()
    definition = with_new_ids(definition_of(flow), copied)
    return create_flow(
        name, user, definition=definition, questions=flow.questions, flow_id=copied, clock=clock
    )


def archive_flow(flow_id: UUID, user: User, *, clock: Clock = now) -> Flow:
    """Puts it away: nothing starts it any more. Conversations under way come to their end."""
    return _put_away(flow_id, user, True, clock)


def restore_flow(flow_id: UUID, user: User, *, clock: Clock = now) -> Flow:
    """Takes it out of the archive, with what starts it."""
    return _put_away(flow_id, user, False, clock)


def _put_away(flow_id: UUID, user: User, away: bool, clock: Clock) -> Flow:
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(id=flow_id)
        flow.is_archived = away
        flow.changed_at = clock()
        flow.save(update_fields=["is_archived", "changed_at"])
        record_audit("flow.archived" if away else "flow.restored", f"flow {flow.id}", user=user)
        notify(CHANGED)
    return flow


def restore_revision(
    flow_id: UUID, revision: int, user: User, *, based_on: int, clock: Clock = now
) -> FlowRevision:
    """Makes an earlier revision the newest one again, as a revision of its own."""
    earlier = FlowRevision.objects.get(flow_id=flow_id, revision=revision)
    return save_revision(flow_id, earlier.definition, user, based_on=based_on, clock=clock)
