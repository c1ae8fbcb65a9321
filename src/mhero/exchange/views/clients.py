"""Clients: the systems that may ask, and how they show who they are."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mhero.accounts.access import SignedInRequest
from mhero.exchange import queries, services
from mhero.exchange.certificates import parsed
from mhero.exchange.client_forms import ClientForm
from mhero.exchange.models import Client
from mhero.exchange.views.guards import requires_whole_country


@requires_whole_country("exchange.view")
def clients(request: SignedInRequest) -> HttpResponse:
    context = {"clients": queries.clients(), "may_change": request.user.may("exchange.manage")}
    return render(request, "exchange/clients.html", context)


@requires_whole_country("exchange.manage")
def client_new(request: SignedInRequest) -> HttpResponseBase:
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        client = form.save(commit=False)
        services.save_client(client, request.user, form.changed_data)
        messages.success(request, gettext("The client was added. Now give it a password or a certificate."))
        return redirect("client", client_id=client.id)
    return render(request, "exchange/client_new.html", {"form": form})


@requires_whole_country("exchange.manage")
def client(request: SignedInRequest, client_id: UUID) -> HttpResponseBase:
    found = get_object_or_404(Client, id=client_id)
    name = found.name
    form = ClientForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        services.save_client(form.save(commit=False), request.user, form.changed_data)
        messages.success(request, gettext("The client was saved."))
        return redirect("client", client_id=found.id)
    expires_at = parsed(found.certificate).not_valid_after_utc if found.certificate else None
    context = {"form": form, "client": found, "name": name, "expires_at": expires_at}
    return render(request, "exchange/client.html", context)


@requires_whole_country("exchange.manage")
@require_POST
@never_cache
def client_password(request: SignedInRequest, client_id: UUID) -> HttpResponse:
    """Makes a password and shows it, this once: the page is the answer, since nothing keeps the password."""
    found = get_object_or_404(Client, id=client_id)
    password = services.make_password_of(found, request.user)
    return render(request, "exchange/client_secret.html", {"client": found, "password": password})


@requires_whole_country("exchange.manage")
@require_POST
@never_cache
def client_certificate(request: SignedInRequest, client_id: UUID) -> HttpResponse:
    """Makes a certificate and shows it with its key, this once."""
    found = get_object_or_404(Client, id=client_id)
    issued = services.make_certificate_of(found, request.user)
    return render(request, "exchange/client_secret.html", {"client": found, "issued": issued})
