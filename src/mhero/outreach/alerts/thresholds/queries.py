"""Reads of threshold rules, and of what they raised."""

from django.db.models import QuerySet

from mhero.accounts.models import User
from mhero.outreach.alerts.thresholds.models import Crossing, ThresholdRule


def rules_of(user: User) -> QuerySet[ThresholdRule]:
    """Those that somebody sees: all of the country, or those of colleagues with the same area."""
    found = ThresholdRule.objects.filter(archived_at=None).select_related("owner", "within").order_by("name")
    return found if user.whole_country else found.filter(owner__area_id=user.area_id)


def crossings_of(user: User) -> QuerySet[Crossing]:
    """What was raised where somebody may look, the newest first."""
    found = Crossing.objects.select_related("rule", "place", "alert", "second_alert").order_by("-raised_at")
    return found if user.area_id is None else found.filter(place__path__contains=[user.area_id])
