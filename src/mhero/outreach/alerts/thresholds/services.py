"""Officers' writes of threshold rules."""

from typing import Final

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.exchange.models import Channel
from mhero.exchange.services import request_run
from mhero.outreach.alerts.thresholds.models import ThresholdRule
from mhero.outreach.alerts.thresholds.watching import MEDIATOR
from mhero.platform.clock import now
from mhero.platform.notify import notify

RULES_CHANGED: Final = "outreach_thresholds"


def save_rule(rule: ThresholdRule, user: User) -> None:
    """Keeps a rule, and has DHIS2 looked at with it at once."""
    is_new = rule._state.adding
    with transaction.atomic():
        rule.save()
        action = "threshold.added" if is_new else "threshold.changed"
        record_audit(action, f"threshold {rule.id}", user=user)
        channel = Channel.objects.filter(mediator=MEDIATOR, is_enabled=True).first()
        if channel is not None and rule.is_on:
            request_run(channel, user.email)
        notify(RULES_CHANGED)


def archive_rule(rule: ThresholdRule, user: User) -> None:
    """It raises nothing more. What it raised stays."""
    with transaction.atomic():
        rule.archived_at = now()
        rule.save(update_fields=["archived_at"])
        record_audit("threshold.archived", f"threshold {rule.id}", user=user)
