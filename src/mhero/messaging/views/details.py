"""Details that are known of people, and values that all messages share."""

from django.contrib import messages as news
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.messaging.errors import FieldInUse
from mhero.messaging.list_forms import FieldForm, GlobalForm
from mhero.messaging.models import ContactField, Global
from mhero.messaging.services import details as services


@requires("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def fields(request: SignedInRequest) -> HttpResponse:
    form = FieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save_field(form.save(commit=False), request.user)
        news.success(request, _("The detail is added."))
        return redirect("fields")
    context = {"fields": ContactField.objects.order_by("follows_registry", "name"), "form": form}
    return render(request, "messaging/fields.html", context)


@requires("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: SignedInRequest, key: str) -> HttpResponse:
    one = _field(key)
    form = FieldForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_field(form.save(commit=False), request.user)
        except FieldInUse:
            form.add_error("type", _("A list, reminders or questions use it, so its kind stays."))
        else:
            news.success(request, _("Your changes are saved."))
            return redirect("fields")
    return render(request, "messaging/field.html", {"field": _field(key), "form": form})


@requires("settings.manage")
@require_POST
def field_remove(request: SignedInRequest, key: str) -> HttpResponse:
    one = _field(key)
    try:
        services.remove_field(one, request.user)
    except FieldInUse:
        news.warning(request, _("A list, reminders or questions still use it. Change them first."))
        return redirect("field", key=key)
    news.success(request, _("“%(name)s” is removed.") % {"name": one.name})
    return redirect("fields")


@requires("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def shared_values(request: SignedInRequest) -> HttpResponse:
    form = GlobalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save_global(form.save(commit=False), request.user)
        news.success(request, _("The value is added."))
        return redirect("globals")
    context = {"values": Global.objects.order_by("name"), "form": form}
    return render(request, "messaging/shared_values.html", context)


@requires("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def shared_value(request: SignedInRequest, key: str) -> HttpResponse:
    one = get_object_or_404(Global, key=key)
    form = GlobalForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        services.save_global(form.save(commit=False), request.user)
        news.success(request, _("Your changes are saved."))
        return redirect("globals")
    return render(
        request, "messaging/shared_value.html", {"value": Global.objects.get(key=key), "form": form}
    )


@requires("settings.manage")
@require_POST
def shared_value_remove(request: SignedInRequest, key: str) -> HttpResponse:
    one = get_object_or_404(Global, key=key)
    services.remove_global(one, request.user)
    news.success(request, _("“%(name)s” is removed.") % {"name": one.name})
    return redirect("globals")


def _field(key: str) -> ContactField:
    one = get_object_or_404(ContactField, key=key)
    if one.follows_registry:
        raise Http404
    return one
