"""Campaigns: made, changed and put away. What is planned follows by itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.models import Campaign, CampaignPoint, Firing, FiringState, Group, OffsetUnit, StartMode
from mhero.platform.notify import notify


@dataclass(frozen=True, kw_only=True, slots=True)
class PointOrder:
    """A point as its author wants it: when, and what is sent."""

    #: The key of a field of type date, or `created_on` or `last_seen_on`.
    relative_to: str
    #: Negative is before the date.
    offset: int
    unit: str = OffsetUnit.DAYS
    #: 0 to 23 in the country's zone; `CampaignPoint.NO_HOUR` keeps that of the date.
    delivery_hour: int = CampaignPoint.NO_HOUR
    #: A published flow; None sends the texts.
    flow_id: UUID | None = None
    #: By language (ISO 639-3); that of the base language is for everybody else.
    texts: Mapping[str, str] = field(default_factory=dict)
    base_language: str = "eng"
    start_mode: str = StartMode.SKIP


def create_campaign(name: str, group: Group, user: User) -> Campaign:
    with transaction.atomic():
        campaign = Campaign.objects.create(
            name=name, group=group, created_by_id=user.id, created_by=user.email
        )
        record_audit("reminders.made", f"reminders {campaign.id}", user=user)
    return campaign


def rename_campaign(campaign: Campaign, name: str, user: User) -> None:
    campaign.name = name
    campaign.save(update_fields=["name"])
    record_audit("reminders.renamed", f"reminders {campaign.id}", user=user)


def archive_campaign(campaign: Campaign, user: User) -> None:
    """Nothing more of it is sent. What was sent stays to be seen."""
    with transaction.atomic():
        points = list(campaign.points.select_for_update().order_by("id"))
        Campaign.objects.filter(id=campaign.id).update(is_archived=True)
        _forget(points)
        record_audit("reminders.archived", f"reminders {campaign.id}", user=user)


def add_point(campaign: Campaign, order: PointOrder, user: User) -> CampaignPoint:
    with transaction.atomic():
        point = CampaignPoint.objects.create(campaign=campaign, **_columns(order))
        record_audit("reminders.point_made", f"reminders {campaign.id}", user=user)
        notify("messaging_contacts")
    return point


def change_point(point: CampaignPoint, order: PointOrder, user: User) -> None:
    """What was planned by it is planned anew. Who had it for a date does not get it again for that date."""
    with transaction.atomic():
        points = CampaignPoint.objects.select_for_update().filter(id=point.id)
        _forget(list(points))
        points.update(**_columns(order), is_computed=False, computed_until=None)
        record_audit("reminders.point_changed", f"reminders {point.campaign_id}", user=user)
        notify("messaging_contacts")


def archive_point(point: CampaignPoint, user: User) -> None:
    with transaction.atomic():
        points = CampaignPoint.objects.select_for_update().filter(id=point.id)
        _forget(list(points))
        points.update(is_archived=True)
        record_audit("reminders.point_archived", f"reminders {point.campaign_id}", user=user)


def _forget(points: list[CampaignPoint]) -> None:
    Firing.objects.filter(point__in=points, state=FiringState.WAITING).delete()


def _columns(order: PointOrder) -> dict[str, object]:
    return {**asdict(order), "texts": dict(order.texts)}
