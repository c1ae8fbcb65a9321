"""Channels: which ways lead through the exchange, and who may use them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from mhero.accounts.access import SignedInRequest
from mhero.exchange import queries, services
from mhero.exchange.forms import HTTPChannelForm, PollingChannelForm
from mhero.exchange.models import Channel, ChannelType
from mhero.exchange.views.guards import requires_whole_country


@requires_whole_country("exchange.view")
def channels(request: SignedInRequest) -> HttpResponse:
    context = {"channels": queries.channels(), "may_change": request.user.may("exchange.manage")}
    return render(request, "exchange/channels.html", context)


@requires_whole_country("exchange.manage")
def channel_new(request: SignedInRequest) -> HttpResponseBase:
    return _edit(request, HTTPChannelForm(request.POST or None, instance=Channel(type=ChannelType.HTTP)))


@requires_whole_country("exchange.manage")
def channel(request: SignedInRequest, channel_id: UUID) -> HttpResponseBase:
    found = get_object_or_404(Channel, id=channel_id)
    kind = PollingChannelForm if found.type == ChannelType.POLLING else HTTPChannelForm
    return _edit(request, kind(request.POST or None, instance=found))


def _edit(request: SignedInRequest, form: HTTPChannelForm | PollingChannelForm) -> HttpResponseBase:
    is_new = form.instance._state.adding
    # The form changes its instance while it is checked, and the heading must not change with it.
    name = form.instance.name
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        services.save_channel(saved, request.user, form.changed_data)
        messages.success(request, gettext("The channel “%(name)s” was saved.") % {"name": saved.name})
        return redirect("channels")
    return render(request, "exchange/channel.html", {"form": form, "name": name, "is_new": is_new})
