"""Taking in an export file, whole or not at all."""

from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.flows.definition.checks import mapping
from mhero.flows.queries import QueryError
from mhero.messaging.errors import InvalidFlow
from mhero.messaging.flow_files.plan import Coming, Plan, plan_import
from mhero.messaging.models import (
    Campaign,
    CampaignPoint,
    ContactField,
    Flow,
    Global,
    Group,
    Label,
    SMSChannel,
    Trigger,
)
from mhero.messaging.services.details import save_field
from mhero.messaging.services.flows import check_again, create_flow, publish_flow, save_revision
from mhero.messaging.services.groups import change_query
from mhero.platform.clock import Clock, now
from mhero.platform.notify import notify

MATCHES = {"O": "only", "F": "first"}


def import_flows(content: bytes, user: User, *, publish: bool = True, clock: Clock = now) -> list[Flow]:
    """Brings in what `plan_import` says of the file, in one transaction; answers its flows.

    A flow that is here already gets a new revision. With `publish`, people meet what came in from now on;
    what cannot be published stays a draft. Raises NotAnExport.
    """
    plan = plan_import(content)
    with transaction.atomic():
        _bring_what_flows_need(plan, user)
        for coming in plan.flows:
            _bring_flow(coming, user, clock)
        for coming in plan.flows:
            _finish(UUID(coming.id), user, publish)
        for coming in plan.triggers:
            _bring_trigger(coming, user)
        for coming in _new(plan.campaigns):
            _bring_campaign(coming, user)
        record_audit("flow.imported", "flows of a file", user=user, flows=len(plan.flows))
        notify("messaging_flows")
    return list(Flow.objects.filter(id__in=[coming.id for coming in plan.flows]).order_by("name"))


def _bring_what_flows_need(plan: Plan, user: User) -> None:
    for each in _new(plan.fields):
        save_field(ContactField(key=each.id, name=each.name, type=each.what), user)
    for each in _new(plan.groups):
        group = Group.objects.create(id=UUID(each.id), name=each.name, query=each.what, created_by=user.email)
        if group.query:
            _find_members(group, user)
    Label.objects.bulk_create([Label(id=UUID(each.id), name=each.name) for each in _new(plan.labels)])
    Global.objects.bulk_create(
        [Global(key=each.id[:36], name=each.name[:36], value="") for each in plan.globals]
    )


def _find_members(group: Group, user: User) -> None:
    try:
        change_query(group, group.query, user)
    except QueryError:
        # A field of this name is of another type here: the list is here, and somebody says whom it is for.
        Group.objects.filter(id=group.id).update(query="")


def _new(items: list[Coming]) -> list[Coming]:
    return [each for each in items if not each.is_here]


def _bring_flow(coming: Coming, user: User, clock: Clock) -> None:
    identity = UUID(coming.id)
    here = Flow.objects.filter(id=identity).first()
    if here is None:
        create_flow(coming.name, user, definition=coming.what, flow_id=identity, clock=clock)
        return
    save_revision(identity, coming.what, user, based_on=here.latest_revision, clock=clock)
    Flow.objects.filter(id=identity).update(name=coming.name, is_archived=False)


def _finish(identity: UUID, user: User, publish: bool) -> None:
    """Only now everything is there that it refers to."""
    check_again(identity)
    if publish:
        try:
            publish_flow(identity, user)
        except InvalidFlow:
            return


def _bring_trigger(coming: Coming, user: User) -> None:
    item = coming.what
    channel_id = mapping(item.get("channel")).get("uuid")
    channel = SMSChannel.objects.filter(id=channel_id).first() if channel_id else None
    same = Trigger.objects.filter(
        type=item["type"], flow_id=coming.id, keywords=item["keywords"], sms_channel=channel
    )
    if same.exists():
        return
    trigger = Trigger.objects.create(
        type=item["type"],
        flow_id=coming.id,
        keywords=item["keywords"],
        match=MATCHES.get(str(item.get("match_type")), "first"),
        sms_channel=channel,
        created_by=user.email,
    )
    trigger.groups.set(_groups(item.get("groups")))
    trigger.excluded_groups.set(_groups(item.get("exclude_groups")))


def _bring_campaign(coming: Coming, user: User) -> None:
    campaign = Campaign.objects.create(
        id=UUID(coming.id),
        name=coming.name,
        group_id=coming.what["group"],
        created_by_id=user.id,
        created_by=user.email,
    )
    for point in coming.what["points"]:
        CampaignPoint.objects.create(campaign=campaign, **point)
    # The worker plans them.
    notify("messaging_contacts")


def _groups(references: object) -> list[Group]:
    items = references if isinstance(references, list) else []
    return list(Group.objects.filter(id__in=[item["uuid"] for item in items if item.get("uuid")]))
