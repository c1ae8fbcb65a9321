"""What makes a flow start when somebody writes to us."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import WordTaken
from mhero.messaging.models import Flow, Group, SMSChannel, Trigger, TriggerType
from mhero.messaging.stop import START_WORDS, plain
from mhero.platform.notify import notify


@dataclass(frozen=True, kw_only=True, slots=True)
class TriggerOrder:
    type: str
    flow: Flow
    #: For a word: each as `plain` leaves it.
    words: Sequence[str] = ()
    #: `first` or `only`.
    match: str = "first"
    sms_channel: SMSChannel | None = None
    group: Group | None = None


def save_trigger(order: TriggerOrder, user: User, trigger: Trigger | None = None) -> Trigger:
    """Makes a trigger, or changes one.

    Raises `WordTaken` for a word that opts out, or that starts another flow for the same people and number:
    nobody could say which of the two starts.
    """
    trigger = trigger or Trigger(created_by=user.email)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two who save at one time must not both find the word free.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('mhero.messaging.triggers', 0))")
        _refuse_taken(order, trigger.id)
        trigger.type = order.type
        trigger.flow = order.flow
        trigger.keywords = list(order.words) if order.type == TriggerType.KEYWORD else []
        trigger.match = order.match
        trigger.sms_channel = order.sms_channel
        trigger.save()
        trigger.groups.set([order.group] if order.group else [])
        record_audit("trigger.saved", f"word {trigger.id}", user=user)
        notify("messaging_flows")
    return trigger


def archive_trigger(trigger: Trigger, user: User) -> None:
    with transaction.atomic():
        Trigger.objects.filter(id=trigger.id).update(is_archived=True)
        record_audit("trigger.archived", f"word {trigger.id}", user=user)
        notify("messaging_flows")


def _refuse_taken(order: TriggerOrder, own_id: UUID) -> None:
    if order.type == TriggerType.KEYWORD:
        reserved = {plain(word) for word in (*rules().stop_words, *START_WORDS)}
        for word in order.words:
            if word in reserved:
                raise WordTaken(word, "")
    others = Trigger.objects.filter(is_archived=False, type=order.type, flow__is_archived=False)
    others = others.exclude(id=own_id).filter(sms_channel=order.sms_channel).select_related("flow")
    for other in others.prefetch_related("groups"):
        if {group.id for group in other.groups.all()} != ({order.group.id} if order.group else set()):
            continue
        if order.type != TriggerType.KEYWORD:
            raise WordTaken("", other.flow.name)
        for word in order.words:
            if word in {plain(keyword) for keyword in other.keywords}:
                raise WordTaken(word, other.flow.name)
