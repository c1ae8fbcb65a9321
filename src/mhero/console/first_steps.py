"""What a new installation still needs before it is of use, and the step that makes it live."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.accounts import queries, services
from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.errors import AccountsError
from mhero.accounts.models import User
from mhero.connectors.models import Connection, System
from mhero.console.links import link
from mhero.messaging.models import Message, SMSChannel


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    title: str | Promise
    hint: str | Promise
    #: Where it is done; empty for those whose role does not do it.
    href: str
    is_done: bool

    @property
    def words(self) -> str:
        return gettext("Completed") if self.is_done else gettext("Not started")

    @property
    def status(self) -> str:
        return "done" if self.is_done else "blue"


def steps(user: User) -> list[Step]:
    """The steps of this installation, each done or not as the data says."""
    working = set(Connection.objects.filter(works=True).values_list("system", flat=True))
    return [
        Step(
            title=_("Connect iHRIS"),
            hint=_("Health workers and their phone numbers come from there."),
            href=link(user, "connections.manage", "connection", System.IHRIS),
            is_done=System.IHRIS in working,
        ),
        Step(
            title=_("Connect DHIS2"),
            hint=_("Counties, districts and facilities come from there."),
            href=link(user, "connections.manage", "connection", System.DHIS2),
            is_done=System.DHIS2 in working,
        ),
        Step(
            title=_("Connect a text message provider"),
            hint=_("Messages leave and replies arrive through it."),
            href=link(user, "connections.manage", "sms_channels"),
            is_done=SMSChannel.objects.filter(is_enabled=True).exists(),
        ),
        Step(
            title=_("Invite a second manager"),
            hint=_("So that somebody can stand in for you."),
            href=link(user, "team.manage", "invite"),
            is_done=queries.managers() > 1,
        ),
        Step(
            title=_("Send yourself an example"),
            hint=_("Put your phone number into your account first."),
            href=link(user, "messages.send", "send" if user.phone else "account"),
            is_done=Message.objects.filter(is_incoming=False, sent_at__isnull=False).exists(),
        ),
        Step(
            title=_("Go live"),
            hint=_("Until then messages go to the team's own phones only."),
            href=link(user, "settings.manage", "go_live"),
            is_done=queries.workspace().is_live,
        ),
    ]


@requires("settings.manage")
def first_steps(request: SignedInRequest) -> HttpResponse:
    every = steps(request.user)
    done = sum(step.is_done for step in every)
    return render(request, "console/first_steps.html", {"steps": every, "done": done, "total": len(every)})


@requires("settings.manage")
def go_live(request: SignedInRequest) -> HttpResponse:
    """Says what is still missing, and makes the workspace live all the same when told so."""
    if request.method == "POST":
        try:
            services.go_live(request)
        except AccountsError as error:
            messages.error(request, gettext(str(error)))
        else:
            messages.success(request, gettext("This workspace is live. Messages go to everyone you choose."))
        return redirect("home")
    return render(request, "console/go_live.html", {"steps": steps(request.user)[:-1]})
