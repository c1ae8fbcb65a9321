"""What officers do with referrals, each with its line of the audit trail."""

from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.outreach.referrals.models import Referral, ReferralRules
from mhero.outreach.referrals.services import By, locked, move, send_again, take_step
from mhero.outreach.referrals.steps import OPEN, Step
from mhero.platform.clock import Clock, now
from mhero.registry.models import Place


@transaction.atomic
def tell_again(referral_id: UUID, user: User, clock: Clock = now) -> int | None:
    """How many people at the receiving facility were texted; None when the referral has ended."""
    referral = _open(referral_id)
    if referral is None:
        return None
    record_audit("referral.told_again", f"referral {referral.code}", user=user)
    return send_again(referral, clock(), By(name=user.email))


@transaction.atomic
def close(referral_id: UUID, user: User, clock: Clock = now) -> bool:
    """False when it has ended already."""
    referral = _open(referral_id)
    if referral is None:
        return False
    record_audit("referral.closed", f"referral {referral.code}", user=user)
    return take_step(referral, Step.CLOSED, clock(), By(name=user.email))


@transaction.atomic
def send_elsewhere(referral_id: UUID, facility: Place, user: User, clock: Clock = now) -> int | None:
    """How many people at the new facility were texted; None when the referral has ended or goes there."""
    referral = _open(referral_id)
    if referral is None or facility.id in (referral.to_facility_id, referral.from_facility_id):
        return None
    record_audit("referral.moved", f"referral {referral.code}", user=user, facility=str(facility.id))
    return move(referral, facility, clock(), By(name=user.email))


@transaction.atomic
def save_rules(rules: ReferralRules, user: User) -> None:
    rules.changed_by = user
    rules.save()
    record_audit("referral_rules.changed", "referral rules", user=user)


def _open(referral_id: UUID) -> Referral | None:
    referral = locked(referral_id)
    return referral if referral.state in OPEN else None
