"""Lists for flows and reminders: all of them, one with its people, and the query of one."""

from typing import Any
from uuid import UUID

from django.contrib import messages as news
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.errors import GroupInUse, NameTaken
from mhero.messaging.list_forms import ListForm, NameForm, QueryForm
from mhero.messaging.models import Contact, ContactField, Group
from mhero.messaging.queries import groups as queries
from mhero.messaging.queries.inbox import contacts_of
from mhero.messaging.services import groups as services

PAGE = 50
#: How many people a search by name offers.
MOST_FOUND = 20


@requires("people.view")
@require_safe
def lists(request: SignedInRequest) -> HttpResponse:
    found, area = queries.groups(), request.user.area_id
    context = {
        "ours": queries.listed(found.filter(follows_registry=False), area),
        "registrys": queries.listed(found.filter(follows_registry=True), area),
        "may_edit": request.user.may("messages.send"),
    }
    return render(request, "messaging/lists.html", context)


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def list_new(request: SignedInRequest) -> HttpResponse:
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, query = form.cleaned_data["name"], form.cleaned_data["query"]
        try:
            if form.cleaned_data["kind"] == "query":
                group = services.create_smart_group(name, query, request.user)
            else:
                group = services.create_group(name, [], request.user)
        except NameTaken:
            form.add_error("name", _("There is a list with this name already. Choose another name."))
        else:
            news.success(request, _("The list is made."))
            return redirect("list", group_id=group.id)
    return render(request, "messaging/list_new.html", {"form": _counting(form), **_about(form, request)})


@requires("people.view")
@require_http_methods(["GET", "HEAD", "POST"])
def list_page(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """Who is in it; a POST changes the query."""
    group = _group(group_id)
    may_edit = request.user.may("messages.send") and not group.follows_registry
    form = QueryForm(
        request.POST if request.method == "POST" and may_edit else None, initial={"query": group.query}
    )
    if form.is_bound and group.query and form.is_valid():
        services.change_query(group, form.cleaned_data["query"], request.user)
        news.success(request, _("The list is being filled anew."))
        return redirect("list", group_id=group.id)
    area, words = request.user.area_id, request.GET.get("q", "").replace("\x00", "").strip()[:100]
    people = queries.members(group, area)
    number = people.count()
    start = _start(request, number)
    shown = list(people[start : start + PAGE])
    found = list(queries.outsiders(group, area, words)[:MOST_FOUND]) if words and may_edit else []
    record_audit("people.listed", f"list {group.id}", request=request, people=len(shown) + len(found))
    context = {
        "group": group,
        "people": shown,
        "number": number,
        "newer": f"?start={max(0, start - PAGE)}" if start else "",
        "older": f"?start={start + PAGE}" if start + PAGE < number else "",
        "words": words,
        "found": found,
        "may_edit": may_edit,
        "form": _counting(form),
        "name_form": NameForm(initial={"name": group.name}, auto_id="rename_%s"),
        **_about(form, request, group.query),
    }
    return render(request, "messaging/list.html", context)


@requires("people.view")
@require_safe
def list_progress(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    group = _group(group_id)
    number = queries.members(group, request.user.area_id).count()
    return render(request, "messaging/list_progress.html", {"group": group, "number": number})


@requires("messages.send")
@require_POST
def list_found(request: SignedInRequest) -> HttpResponse:
    """Below a query while it is written: whom it finds."""
    asked = queries.ask(request.POST.get("query", "")[:10_000], request.user.area_id)
    record_audit("people.listed", "a list", request=request, people=len(asked.examples))
    return render(request, "messaging/list_found.html", {"asked": asked})


@requires("messages.send")
@require_POST
def list_rename(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    group, form = _group(group_id), NameForm(request.POST)
    if not form.is_valid():
        news.warning(request, _("Give the list a name of up to 64 letters."))
    elif _refused(group):
        raise Http404
    else:
        try:
            services.rename_group(group, form.cleaned_data["name"], request.user)
            news.success(request, _("The new name was saved."))
        except NameTaken:
            news.warning(request, _("There is a list with this name already. Choose another name."))
    return redirect("list", group_id=group.id)


@requires("messages.send")
@require_POST
def list_archive(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    group = _group(group_id)
    if _refused(group):
        raise Http404
    try:
        services.archive_group(group, request.user)
    except GroupInUse:
        news.warning(request, _("Reminders or a word still use this list. Change them first."))
        return redirect("list", group_id=group.id)
    news.success(request, _("“%(name)s” was put away.") % {"name": group.name})
    return redirect("lists")


@requires("messages.send")
@require_POST
def list_member(request: SignedInRequest, group_id: UUID, contact_id: UUID) -> HttpResponse:
    """Puts somebody into the list, or takes them out with `wish=out`."""
    group = _group(group_id)
    contact = get_object_or_404(contacts_of(request.user.area_id), id=contact_id)
    if group.query or group.follows_registry:
        raise Http404
    if request.POST.get("wish") == "out":
        services.remove_member(group, contact, request.user)
        news.success(request, _("%(name)s is not in the list any more.") % {"name": _name(contact)})
    else:
        services.add_members(group, [contact.id], request.user)
        news.success(request, _("%(name)s is in the list.") % {"name": _name(contact)})
    return redirect("list", group_id=group.id)


def _group(group_id: UUID) -> Group:
    return get_object_or_404(queries.groups(), id=group_id)


def _refused(group: Group) -> bool:
    return group.follows_registry


def _name(contact: Contact) -> str:
    return contact.name or _("This person")


def _start(request: SignedInRequest, number: int) -> int:
    text = request.GET.get("start", "")
    return min(int(text), max(0, number - 1)) if text.isdecimal() and len(text) < 10 else 0


def _counting(form: Any) -> Any:
    form.fields["query"].widget.attrs["data-count-url"] = reverse("list_found")
    return form


def _about(form: Any, request: SignedInRequest, query: str = "") -> dict[str, Any]:
    """What a query can ask, and whom the one on the page finds."""
    text = (form.data.get("query", "") if form.is_bound else "") or query
    return {
        "fields": ContactField.objects.order_by("name"),
        "asked": queries.ask(text, request.user.area_id),
    }
