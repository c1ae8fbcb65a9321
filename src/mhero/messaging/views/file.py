"""A send as a file for a spreadsheet."""

from collections.abc import Iterator
from itertools import chain
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.models import Contact, Message, MessageStatus
from mhero.messaging.queries.broadcasts import messages_of, progress_of
from mhero.messaging.reasons import reason_of
from mhero.messaging.views.broadcasts import visible_send
from mhero.platform.spreadsheets import csv_lines, harmless

BATCH = 1000


@requires("people.export")
@require_safe
def broadcast_file(request: SignedInRequest, broadcast_id: UUID) -> HttpResponseBase:
    """Everybody of the send with their message's status, as a file for a spreadsheet."""
    send = visible_send(request, broadcast_id)
    if not request.user.may("messages.view"):
        raise Http404
    people = progress_of(send, request.user.area_id).recipients
    record_audit("messages.exported", f"send {send.id}", request=request, people=people)
    found = messages_of(send, request.user.area_id).order_by("id")
    response = StreamingHttpResponse(
        lines(found, request.user, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    name = slugify(send.name) or "send"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def lines(found: QuerySet[Message], user: User, language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        header = (
            _("Name"), _("Phone number"), _("Cadre"), _("County"), _("Operator"), _("Status"), _("Reason"),
            _("The provider said"), _("Sent at"), _("Final at"), _("SMS"),
        )  # fmt: skip
        # Each row says itself which of its cells came from outside; a phone number begins with a plus.
        yield from csv_lines(chain([header], _all_rows(found, user)), cell=str)


def _all_rows(found: QuerySet[Message], user: User) -> Iterator[tuple[str, ...]]:
    batch: list[Message] = []
    for one in found.iterator(chunk_size=BATCH):
        batch.append(one)
        if len(batch) == BATCH:
            yield from _rows(batch, user)
            batch = []
    yield from _rows(batch, user)


def _rows(batch: list[Message], user: User) -> Iterator[tuple[str, ...]]:
    contacts = Contact.objects.filter(id__in=[one.contact_id for one in batch])
    names = dict(contacts.values_list("id", "name"))
    shows_numbers = user.may("people.numbers")
    for one in batch:
        reason = reason_of(one.reason)
        yield (
            harmless(names.get(one.contact_id, "")),
            one.number if shows_numbers else "",
            harmless(one.cadre),
            harmless(one.county),
            one.operator,
            str(MessageStatus(one.status).label),
            str(reason.sentence) if reason else "",
            harmless(one.provider_words),
            one.sent_at.isoformat(timespec="seconds") if one.sent_at else "",
            one.final_at.isoformat(timespec="seconds") if one.final_at else "",
            str(one.segments),
        )
