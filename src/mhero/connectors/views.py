"""The pages on which foreign systems are connected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.connectors import services
from mhero.connectors.dhis2.forms import DHIS2Form
from mhero.connectors.forms import ConnectionForm
from mhero.connectors.ihris.forms import IHRISForm
from mhero.connectors.models import Connection, System
from mhero.connectors.trying import Finding
from mhero.exchange.models import Run


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of system that can be connected."""

    form: type[ConnectionForm]
    #: What it is good for.
    gives: str | Promise


KINDS: Final[Mapping[str, Kind]] = {
    System.IHRIS: Kind(form=IHRISForm, gives=_("Health workers, their jobs and where they work.")),
    System.DHIS2: Kind(form=DHIS2Form, gives=_("Counties, districts and facilities.")),
}


@requires("connections.manage")
def connections(request: SignedInRequest) -> HttpResponse:
    """What is connected, and what can be."""
    known = {connection.system: connection for connection in Connection.objects.all()}
    cards = [
        {
            "name": System(system).label,
            "system": system,
            "gives": kind.gives,
            "connection": known.get(system),
            "run": _last_run(system),
        }
        for system, kind in KINDS.items()
    ]
    return render(request, "connectors/connections.html", {"cards": cards})


@requires("connections.manage")
@sensitive_post_parameters("secret")
@never_cache
def connection(request: SignedInRequest, system: str) -> HttpResponse:
    """The address of a system and how to sign in; *Try it* reads one page without saving anything."""
    if system not in KINDS:
        raise Http404
    kept = Connection.objects.filter(system=system).first()
    form = KINDS[system].form(kept or Connection(system=system), request.POST or None)
    finding = None
    if request.method == "POST" and form.is_valid():
        typed = form.as_connection()
        if request.POST.get("action") != "try":
            return _save(request, typed)
        finding = _try(request, typed, kept)
        # A finding about the saved connection is news of it.
        kept = Connection.objects.filter(system=system).first()
    context = {"form": form, "kept": kept, "finding": finding, "name": System(system).label}
    return render(request, "connectors/connection.html", context | {"run": _last_run(system)})


def _save(request: SignedInRequest, typed: Connection) -> HttpResponse:
    services.connect(
        typed.system,
        typed.url,
        typed.username,
        typed.secret,
        options=typed.options,
        by=request.user.email,
    )
    record_audit("connection.changed", typed.get_system_display(), request=request)
    messages.success(request, gettext("The connection was saved. Loading begins now."))
    return redirect("connection", system=typed.system)


def _try(request: SignedInRequest, typed: Connection, kept: Connection | None) -> Finding:
    record_audit("connection.tried", typed.get_system_display(), request=request)
    return services.try_connection(typed, is_saved=kept is not None and _is_as_saved(typed, kept))


def _is_as_saved(typed: Connection, kept: Connection) -> bool:
    return (typed.url, typed.username, typed.secret) == (kept.url, kept.username, kept.secret)


def _last_run(system: str) -> Run | None:
    return Run.objects.filter(channel__mediator=system).order_by("-requested_at").first()
