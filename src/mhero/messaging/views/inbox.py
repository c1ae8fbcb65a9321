"""The inbox, and the conversation with one person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages as news
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.errors import CannotBeTexted, NoSMSChannel
from mhero.messaging.forms import ReplyForm
from mhero.messaging.happened import words_of
from mhero.messaging.models import (
    Contact,
    ContactEvent,
    ContactStatus,
    Flow,
    Message,
    MessageStatus,
    SMSChannel,
)
from mhero.messaging.queries.inbox import (
    contacts_of,
    conversation_of,
    conversations,
    in_order,
    steps_beside,
)
from mhero.messaging.segments import count
from mhero.messaging.services import mark_handled, opt_in, opt_out, reply
from mhero.messaging.views.paging import page_of, uuid_of
from mhero.platform.ids import time_of

PAGE = 25
BUBBLES = 50


@requires("inbox.view")
@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    area = request.user.area_id
    shows_all = request.GET.get("show") == "all"
    waiting = conversations(area, waiting=True)
    found = conversations(area, waiting=False) if shows_all else waiting
    if before := parse_datetime(request.GET.get("before", "").replace(" ", "+")):
        found = found.filter(last_message_at__lt=before)
    rows, newer, older = page_of(
        request,
        list(found[: PAGE + 1]),
        PAGE,
        lambda contact: contact.last_message_at.isoformat(),  # type: ignore[union-attr]
    )
    record_audit("inbox.read", "replies", request=request, people=len(rows))
    address = (
        SMSChannel.objects.filter(is_enabled=True).order_by("created_at").values_list("address", flat=True)
    )
    return render(
        request,
        "messaging/inbox.html",
        {
            "contacts": rows,
            "shows_all": shows_all,
            "shows_waiting": not shows_all,
            "number_waiting": waiting.count(),
            "newer": newer,
            "older": older,
            "short_code": address.first(),
        },
    )


@requires("inbox.view")
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """What was said with one contact; a POST answers them."""
    contact = _contact(request, id=contact_id)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and request.user.may("inbox.reply") and form.is_valid():
        try:
            reply(contact, form.cleaned_data["text"], request.user)
        except CannotBeTexted as error:
            form.add_error("text", str(error))
        except NoSMSChannel:
            form.add_error("text", _("No SMS channel is on, so nothing can be sent."))
        else:
            news.success(request, _("Your answer is on its way."))
            return redirect("conversation", contact_id=contact.id)
    return _shown(request, contact, form)


@requires("inbox.view")
@require_safe
def person_conversation(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """The conversation with a person of the registry, who may not have become a contact yet."""
    contact = contacts_of(request.user.area_id).filter(person_id=person_id).first()
    if contact is None:
        if not request.user.whole_country:
            raise Http404
        return render(request, "messaging/no_contact.html", {"person_id": person_id})
    return redirect("conversation", contact_id=contact.id)


@requires("inbox.reply")
@require_POST
def conversation_handled(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    contact = _contact(request, id=contact_id)
    mark_handled(contact, request.user)
    news.success(request, _("This conversation is marked as dealt with."))
    return redirect("inbox")


@requires("people.edit")
@require_POST
def opt_out_by_hand(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Opts the contact out, or in again with `wish=in`."""
    contact = _contact(request, id=contact_id)
    if not contact.number:
        raise Http404
    if request.POST.get("wish") == "in":
        opt_in(contact.number, request.user)
        news.success(request, _("This person gets messages again."))
    else:
        opt_out(contact.number, request.user)
        news.success(request, _("This person gets no more messages."))
    return redirect("conversation", contact_id=contact.id)


@requires("inbox.reply")
@require_POST
def reply_count(request: SignedInRequest) -> HttpResponse:
    """The line below the answer's box, while one types."""
    text = request.POST.get("text", "")
    return render(request, "messaging/reply_count.html", {"counted": count(text)})


def _contact(request: SignedInRequest, **key: Any) -> Contact:
    contact = contacts_of(request.user.area_id).filter(**key).first()
    if contact is None:
        raise Http404
    return contact


def _said(messages: list[Message], steps: list[ContactEvent]) -> list[tuple[Message | None, str, datetime]]:
    """Each message with its status in words; in place of one, a step in words."""
    names = dict(Flow.objects.filter(id__in={step.flow_id for step in steps}).values_list("id", "name"))
    return [
        (None, words_of(item, names.get(item.flow_id, "") if item.flow_id else ""), time_of(item.id))
        if isinstance(item, ContactEvent)
        else (item, str(MessageStatus(item.status).label), item.made_at)
        for item in in_order(messages, steps)
    ]


def _shown(request: SignedInRequest, contact: Contact, form: ReplyForm) -> HttpResponse:
    found = conversation_of(contact)
    if before := uuid_of(request, "before"):
        found = found.filter(id__lt=before)
    rows, newer, older = page_of(request, list(found[: BUBBLES + 1]), BUBBLES, lambda one: one.id)
    record_audit("conversation.read", f"contact {contact.id}", request=request, people=1)
    can_reply = request.user.may("inbox.reply") and contact.number and contact.status != ContactStatus.STOPPED
    # Pages end at messages, and each has the steps that followed its first one.
    steps = steps_beside(contact, rows[-1].id if rows and older else None, before)
    return render(
        request,
        "messaging/conversation.html",
        {
            "contact": contact,
            "said": _said(rows, steps),
            "form": form if can_reply else None,
            "can_answer": request.user.may("inbox.reply"),
            "can_edit": request.user.may("people.edit"),
            "shows_number": request.user.may("people.numbers"),
            "newer": newer,
            "older": older,
            "has_opted_out": contact.status == ContactStatus.STOPPED,
            "has_left": contact.status == ContactStatus.LEFT,
        },
    )
