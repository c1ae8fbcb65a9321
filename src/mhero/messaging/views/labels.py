"""Labels: marks on messages, to find them again."""

from uuid import UUID

from django.contrib import messages as news
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.list_forms import LabelForm
from mhero.messaging.models import Contact, Label, Message
from mhero.messaging.queries.inbox import contacts_of
from mhero.messaging.queries.labels import labels_with_counts, messages_with
from mhero.messaging.services import details as services
from mhero.messaging.views.paging import page_of, uuid_of

PAGE = 50


@requires("inbox.view")
@require_http_methods(["GET", "HEAD", "POST"])
def labels(request: SignedInRequest) -> HttpResponse:
    may_edit = request.user.may("inbox.reply")
    form = LabelForm(request.POST if request.method == "POST" and may_edit else None)
    if form.is_bound and form.is_valid():
        services.create_label(form.cleaned_data["name"], request.user)
        news.success(request, _("The label is made. Put it on a message on that message’s page."))
        return redirect("labels")
    context = {"labels": labels_with_counts(request.user.area_id), "form": form, "may_edit": may_edit}
    return render(request, "messaging/labels.html", context)


@requires("inbox.view")
@require_safe
def label(request: SignedInRequest, label_id: UUID) -> HttpResponse:
    """The messages that have the label, the latest first."""
    one = get_object_or_404(Label, id=label_id)
    found = messages_with(one, request.user.area_id).order_by("-id")
    if before := uuid_of(request, "before"):
        found = found.filter(id__lt=before)
    rows, newer, older = page_of(request, list(found[: PAGE + 1]), PAGE, lambda each: each.id)
    people = Contact.objects.in_bulk([each.contact_id for each in rows])
    record_audit("messages.listed", f"label {one.id}", request=request, people=len(rows))
    context = {
        "label": one,
        "rows": [(each, people.get(each.contact_id)) for each in rows],
        "newer": newer,
        "older": older,
        "may_edit": request.user.may("inbox.reply"),
    }
    return render(request, "messaging/label.html", context)


@requires("inbox.reply")
@require_POST
def label_remove(request: SignedInRequest, label_id: UUID) -> HttpResponse:
    one = get_object_or_404(Label, id=label_id)
    services.remove_label(one, request.user)
    news.success(request, _("“%(name)s” is removed.") % {"name": one.name})
    return redirect("labels")


@requires("inbox.reply")
@require_POST
def message_labels(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    one = Message.objects.filter(id=message_id, is_incoming=True).first()
    if one is None or not contacts_of(request.user.area_id).filter(id=one.contact_id).exists():
        raise Http404
    chosen = [each.id for each in Label.objects.all() if str(each.id) in request.POST.getlist("label")]
    services.label_message(one, chosen, request.user)
    news.success(request, _("The labels are saved."))
    return redirect("message", message_id=one.id)
