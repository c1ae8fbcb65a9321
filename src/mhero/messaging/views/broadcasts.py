"""Sends: the list, one send while it goes, its messages, its file."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages as news
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.errors import MessagingError, OwnSend
from mhero.messaging.models import Broadcast, BroadcastStatus, Contact, Label, Message, MessageStatus
from mhero.messaging.planned import planned
from mhero.messaging.queries.broadcasts import broadcasts_of, messages_of, progress_of, statuses_of
from mhero.messaging.queries.inbox import contacts_of
from mhero.messaging.queries.labels import labels_of
from mhero.messaging.reasons import REASONS, reason_of
from mhero.messaging.services import approve_broadcast, stop_broadcast
from mhero.messaging.services.broadcasts import STOPPABLE
from mhero.messaging.views.live import fragment
from mhero.messaging.views.paging import page_of, uuid_of
from mhero.messaging.views.stops import figures_of
from mhero.platform.clock import now

PAGE = 25
#: Reports still come in this long after the last message left; then the page stops asking.
REPORTS_COME = timedelta(hours=1)
#: Answers to questions come in much longer; whoever looks after it has them by opening the page again.
ANSWERS_COME = timedelta(hours=48)
#: The states that stand above the others in the list.
AHEAD = (BroadcastStatus.WAITING_FOR_APPROVAL, BroadcastStatus.HELD, BroadcastStatus.SCHEDULED)
#: How the send's page groups its figures, in the order people read them.
SHOWN = (
    MessageStatus.DELIVERED,
    MessageStatus.SENT,
    MessageStatus.WIRED,
    MessageStatus.QUEUED,
    MessageStatus.FAILED,
    MessageStatus.CANCELLED,
)


@requires("messages.view")
@require_safe
def sends(request: SignedInRequest) -> HttpResponse:
    user = request.user
    seen = broadcasts_of(user.area_id, user.id)
    ahead = list(seen.filter(status__in=AHEAD).order_by("starts_at")[:50])
    begun = seen.exclude(status__in=AHEAD).order_by("-id")
    if before := uuid_of(request, "before"):
        begun = begun.filter(id__lt=before)
    rows, newer, older = page_of(request, list(begun[: PAGE + 1]), PAGE, lambda send: send.id)
    counted = statuses_of(rows, user.area_id)
    return render(
        request,
        "messaging/sends.html",
        {
            "ahead": ahead,
            "can_send": user.may("messages.send"),
            "planned": planned(user),
            "sends": [(send, counted[send.id], counted[send.id].total()) for send in rows],
            "newer": newer,
            "older": older,
        },
    )


@requires("messages.view")
@require_safe
def broadcast(request: SignedInRequest, broadcast_id: UUID) -> HttpResponse:
    send = visible_send(request, broadcast_id)
    return render(request, "messaging/broadcast.html", _figures(request, send))


@requires("messages.view")
@require_safe
def broadcast_status(request: SignedInRequest, broadcast_id: UUID) -> HttpResponseBase:
    send = visible_send(request, broadcast_id)
    return fragment(request, "messaging/broadcast_status.html", _figures(request, send))


@requires("messages.send")
@require_POST
def broadcast_stop(request: SignedInRequest, broadcast_id: UUID) -> HttpResponse:
    send = visible_send(request, broadcast_id)
    if not may_decide(request.user, send):
        raise Http404
    try:
        stop_broadcast(send.id, request.user)
    except MessagingError:
        news.warning(request, _("This send is over already, so it cannot be stopped."))
    else:
        news.success(request, _("The send is stopped. No more messages leave."))
    return redirect("broadcast", broadcast_id=send.id)


@requires("messages.approve")
@require_POST
def broadcast_approve(request: SignedInRequest, broadcast_id: UUID) -> HttpResponse:
    send = visible_send(request, broadcast_id)
    if not may_decide(request.user, send):
        raise Http404
    try:
        approve_broadcast(send.id, request.user)
    except OwnSend:
        news.warning(request, _("Somebody else has to approve what you made."))
    except MessagingError:
        news.warning(request, _("This send does not wait for approval any more."))
    else:
        news.success(request, _("You approved this send."))
    return redirect("broadcast", broadcast_id=send.id)


@requires("messages.view")
@require_safe
def broadcast_messages(request: SignedInRequest, broadcast_id: UUID) -> HttpResponse:
    """The messages of a send, narrowed by the figures that lead here."""
    send = visible_send(request, broadcast_id)
    found = messages_of(send, request.user.area_id).filter(**_chosen(request)).order_by("id")
    if after := uuid_of(request, "before"):
        found = found.filter(id__gt=after)
    rows, newer, older = page_of(request, list(found[: 2 * PAGE + 1]), 2 * PAGE, lambda one: one.id)
    names = dict(Contact.objects.filter(id__in=[one.contact_id for one in rows]).values_list("id", "name"))
    record_audit("messages.listed", f"send {send.id}", request=request, people=len(rows))
    return render(
        request,
        "messaging/broadcast_messages.html",
        {
            "send": send,
            "rows": [(one, names.get(one.contact_id, ""), reason_of(one.reason)) for one in rows],
            "words": _words(request),
            "newer": newer,
            "older": older,
        },
    )


@requires("messages.view")
@require_safe
def message(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    one = Message.objects.filter(id=message_id).first()
    contact = contacts_of(request.user.area_id).filter(id=one.contact_id).first() if one else None
    if one is None or contact is None or (one.is_incoming and not request.user.may("inbox.view")):
        raise Http404
    record_audit("message.read", f"message {one.id}", request=request, people=1)
    seen = broadcasts_of(request.user.area_id, request.user.id)
    send = seen.filter(id=one.broadcast_id).first() if one.broadcast_id else None
    context = {
        "one": one,
        "contact": contact,
        "send": send,
        "reason": reason_of(one.reason),
        "labels": list(Label.objects.order_by("name")) if one.is_incoming else [],
        "chosen_labels": labels_of(one),
        "can_label": one.is_incoming and request.user.may("inbox.reply"),
        "shows_number": request.user.may("people.numbers"),
        "can_read": request.user.may("inbox.view"),
    }
    return render(request, "messaging/message.html", context)


def visible_send(request: SignedInRequest, broadcast_id: UUID) -> Broadcast:
    send = broadcasts_of(request.user.area_id, request.user.id).filter(id=broadcast_id).first()
    if send is None:
        raise Http404
    return send


def may_decide(user: User, send: Broadcast) -> bool:
    """Of the whole country, the author, or a colleague of the author's own area."""
    if user.whole_country or send.created_by_id == user.id:
        return True
    author = User.objects.filter(id=send.created_by_id).first() if send.created_by_id else None
    return author is not None and author.area_id == user.area_id


def _figures(request: SignedInRequest, send: Broadcast) -> dict[str, Any]:
    user, at = request.user, now()
    progress = progress_of(send, user.area_id)
    is_over = send.finished_at is not None
    waits = (
        send.finished_at
        and at - send.finished_at < (ANSWERS_COME if send.flow_id else REPORTS_COME)
        and (send.flow_id or progress.by_status["sent"])
    )
    decides = may_decide(user, send)
    is_author = send.created_by_id == user.id
    hold_seconds = max(0, int((send.starts_at - at).total_seconds()))
    waits_for_approval = send.status == BroadcastStatus.WAITING_FOR_APPROVAL
    asks = figures_of(send, send.flow, user.area_id) if send.flow and send.started_at else {}
    goes_on = send.status == BroadcastStatus.SENT and bool(asks.get("open_questions"))
    return asks | {
        "send": send,
        "progress": progress,
        "figures": [
            (status, MessageStatus(status).label, progress.by_status[status])
            for status in SHOWN
            if progress.by_status[status] or status == MessageStatus.DELIVERED
        ],
        "reasons": [(code, REASONS[code], number) for code, number in progress.by_reason.most_common()],
        "is_over": is_over,
        "is_still": is_over and not waits,
        "hold": format_html('<span data-hold-seconds="{0}">{0}</span>', hold_seconds),
        "can_stop": (send.status in STOPPABLE or goes_on) and decides and user.may("messages.send"),
        "can_approve": waits_for_approval and decides and not is_author and user.may("messages.approve"),
        "can_export": user.may("people.export"),
        "can_ask_again": decides and user.may("messages.send") and send.reask_of_id is None,
        "can_see_flows": user.may("flows.view"),
        "at": at,
    }


def _chosen(request: SignedInRequest) -> dict[str, str]:
    names = ("status", "reason", "cadre", "county", "operator")
    return {name: request.GET[name] for name in names if name in request.GET}


def _words(request: SignedInRequest) -> list[str]:
    """The filters of the address, in words."""
    chosen = _chosen(request)
    words = []
    if chosen.get("status") in MessageStatus.values:
        words.append(str(MessageStatus(chosen["status"]).label))
    if reason := REASONS.get(chosen.get("reason", "")):
        words.append(str(reason.sentence))
    words += [chosen[name] or _("Not known") for name in ("cadre", "county", "operator") if name in chosen]
    return words
