"""What the clock does: reminders, escalation, the end of what nobody speaks of, and forgetting."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from mhero.messaging.services.forgetting import forget_words
from mhero.outreach.referrals import queries
from mhero.outreach.referrals.models import Overdue, Referral, ReferralDraft, ReferralEvent
from mhero.outreach.referrals.services import By, locked, note, take_step
from mhero.outreach.referrals.steps import State, Step
from mhero.outreach.referrals.telling import tell_facility, tell_supervisors
from mhero.platform.clock import Clock, now

BATCH: Final = 100


def remind_due(clock: Clock = now) -> bool:
    """Reminds of overdue referrals, or tells their supervisors, each once; True while there may be more."""
    at = clock()
    found = list(
        Referral.objects.filter(due_at__lte=at).order_by("due_at")[:BATCH].values_list("id", flat=True)
    )
    for referral_id in found:
        with transaction.atomic():
            referral = locked(referral_id)
            # Another worker, or somebody's text, may have been quicker.
            if referral.due_at is not None and referral.due_at <= at:
                _remind(referral, at)
    return len(found) == BATCH


def _remind(referral: Referral, at: datetime) -> None:
    about = "outcome" if referral.state == State.ARRIVED else "arrival"
    if referral.overdue == Overdue.NOT_YET:
        told = tell_facility(referral, f"remind_{about}", at)
        referral.overdue = Overdue.REMINDED
        referral.due_at = at + timedelta(hours=queries.rules().hours_to_escalate)
        step = Step.REMINDED
    else:
        told = tell_supervisors(referral, f"escalate_{about}", at)
        referral.overdue, referral.due_at = Overdue.ESCALATED, None
        step = Step.ESCALATED
    referral.save(update_fields=["overdue", "due_at"])
    note(referral, step, at, By(), told)


def close_old(clock: Clock = now) -> bool:
    """Closes what nobody said anything about for long."""
    at = clock()
    before = at - timedelta(days=queries.rules().days_to_close)
    old = Referral.objects.filter(ended_at=None, changed_at__lt=before).order_by("changed_at")
    found = list(old[:BATCH].values_list("id", flat=True))
    for referral_id in found:
        with transaction.atomic():
            referral = locked(referral_id)
            if referral.is_open and referral.changed_at < before:
                take_step(referral, Step.EXPIRED, at, By())
    return len(found) == BATCH


def forget_old(clock: Clock = now) -> bool:
    """Takes names, reasons and outcomes out of what has ended for long, and out of its texts."""
    at = clock()
    before = at - timedelta(days=queries.rules().days_kept)
    with transaction.atomic():
        ended = Referral.objects.select_for_update(skip_locked=True)
        ended = ended.filter(ended_at__lt=before, forgotten_at=None)
        ids = list(ended.order_by("ended_at")[:BATCH].values_list("id", flat=True))
        said = ReferralEvent.objects.filter(referral_id__in=ids).values_list("message_ids", flat=True)
        forget_words(message_id for each in said for message_id in each)
        Referral.objects.filter(id__in=ids).update(
            client="", reason="", outcome="", forgotten_at=at, changed_at=at, version=F("version") + 1
        )
        drafts = list(ReferralDraft.objects.select_for_update(skip_locked=True).filter(until__lt=at)[:BATCH])
        forget_words(message_id for draft in drafts for message_id in draft.message_ids)
        ReferralDraft.objects.filter(contact_id__in=[one.contact_id for one in drafts], until__lt=at).delete()
    return len(ids) == BATCH or len(drafts) == BATCH
