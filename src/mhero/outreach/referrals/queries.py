"""Reads of referrals. Whoever shows some begins with `referrals_of` the user's area."""

from uuid import UUID

from django.db.models import Q, QuerySet

from mhero.outreach.referrals.models import Referral, ReferralRules


def rules() -> ReferralRules:
    """The rules, made at the first look."""
    return ReferralRules.objects.get_or_create(id=ReferralRules.ONLY)[0]


def referrals_of(area_id: UUID | None) -> QuerySet[Referral]:
    """Those that leave or enter an area; None is the whole country."""
    found = Referral.objects.select_related("from_facility", "to_facility")
    if area_id is None:
        return found
    return found.filter(Q(from_facility__path__contains=[area_id]) | Q(to_facility__path__contains=[area_id]))
