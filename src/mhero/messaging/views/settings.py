"""The rules for sending, and what was used."""

from django.contrib import messages as news
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.forms import SendingRulesForm
from mhero.messaging.queries.usage import months


@requires("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def sending_rules(request: SignedInRequest) -> HttpResponse:
    ours = rules()
    form = SendingRulesForm(request.POST or None, instance=ours)
    if request.method == "POST" and form.is_valid():
        form.save()
        record_audit(
            "sending_rules.changed", "the rules for sending", request=request, changed=form.changed_data
        )
        news.success(request, _("The rules for sending are saved."))
        return redirect("sending_rules")
    return render(request, "messaging/sending_rules.html", {"form": form})


@requires("usage.view")
@require_safe
def usage(request: SignedInRequest) -> HttpResponse:
    country = workspace()
    found = months(country.time_zone, rules().prices)
    return render(request, "messaging/usage.html", {"months": found, "currency": country.currency})
