"""SMS channels: how messages leave and how replies come in."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages as news
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.channel_form import SMSChannelForm
from mhero.messaging.channels import TYPES
from mhero.messaging.errors import CannotBeTexted, NotRegistered
from mhero.messaging.models import SMSChannel, SMSChannelType
from mhero.messaging.queries.channels import OUTCOMES, channel_states, log_of
from mhero.messaging.services import send_test
from mhero.messaging.services.channels import callback_name, new_callback_secret, register
from mhero.messaging.views.paging import page_of, uuid_of

LOG_PAGE = 50


@requires("connections.manage")
@require_safe
def sms_channels(request: SignedInRequest) -> HttpResponse:
    return render(request, "messaging/sms_channels.html", {"states": channel_states()})


@requires("connections.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def sms_channel_new(request: SignedInRequest) -> HttpResponse:
    """First the kinds to choose from, then the form of one."""
    kind = request.POST.get("type") or request.GET.get("kind", "")
    if kind not in TYPES:
        kinds = [(code, SMSChannelType(code).label, kind.about) for code, kind in TYPES.items()]
        return render(request, "messaging/sms_channel_kinds.html", {"kinds": kinds})
    form = SMSChannelForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        form.instance.callback_secret = new_callback_secret()
        channel = form.save()
        record_audit("sms_channel.made", f"SMS channel {channel.id}", request=request)
        news.success(request, _("The channel is saved. Send yourself a test."))
        _register(request, channel)
        return redirect("sms_channel", channel_id=channel.id)
    label = SMSChannelType(kind).label
    return render(request, "messaging/sms_channel_new.html", {"form": form, "kind": label})


@requires("connections.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def sms_channel(request: SignedInRequest, channel_id: UUID) -> HttpResponse:
    channel = get_object_or_404(SMSChannel, id=channel_id)
    kind, name = TYPES[channel.type], channel.name
    form = SMSChannelForm(request.POST or None, instance=channel, kind=channel.type)
    if request.method == "POST" and form.is_valid():
        form.save()
        record_audit("sms_channel.changed", f"SMS channel {channel.id}", request=request)
        news.success(request, _("Your changes are saved. They count within seconds."))
        _register(request, channel)
        return redirect("sms_channel", channel_id=channel.id)
    base = f"{settings.CONFIGURATION.gateway_url}/c/{kind.letters}/{callback_name(channel)}"
    context = {
        "channel": channel,
        "name": name,
        "form": form,
        "callbacks": [(each.label, f"{base}/{each.action}") for each in kind.callbacks],
        "verify_token": kind.verify_token,
        "last": log_of(channel).order_by("-id").first(),
    }
    return render(request, "messaging/sms_channel.html", context)


@requires("connections.manage")
@require_safe
def sms_channel_log(request: SignedInRequest, channel_id: UUID) -> HttpResponse:
    """What was asked of the provider and what it called us with, the newest first."""
    channel = get_object_or_404(SMSChannel, id=channel_id)
    entries = log_of(channel).order_by("-id")
    if before := uuid_of(request, "before"):
        entries = entries.filter(id__lt=before)
    rows, newer, older = page_of(request, list(entries[: LOG_PAGE + 1]), LOG_PAGE, lambda entry: entry.id)
    entries_in_words = [(entry, *OUTCOMES[entry.outcome]) for entry in rows]
    context = {"channel": channel, "entries": entries_in_words, "newer": newer, "older": older}
    return render(request, "messaging/sms_channel_log.html", context)


@requires("connections.manage")
@require_POST
def sms_channel_test(request: SignedInRequest, channel_id: UUID) -> HttpResponse:
    """Texts the person's own phone, in trial mode too."""
    channel = get_object_or_404(SMSChannel, id=channel_id)
    text = _("This is a test from mHero. If you can read it, messages leave by %(channel)s.")
    try:
        message = send_test(channel, text % {"channel": channel.name}, request.user)
    except CannotBeTexted:
        news.warning(request, _("We do not know your mobile number. Add it to your account, then try again."))
        return redirect("sms_channel", channel_id=channel.id)
    if not channel.is_enabled:
        news.warning(request, _("The channel is off, so the test waits until you turn it on."))
    return redirect("message", message_id=message.id)


def _register(request: SignedInRequest, channel: SMSChannel) -> None:
    """Tells the provider our address, where that is ours to do."""
    try:
        if register(channel):
            news.success(request, _("%(channel)s knows where to bring replies.") % {"channel": channel.name})
    except NotRegistered as error:
        words = _("Replies will not come yet, because our address was not taken: %(why)s")
        news.warning(request, words % {"why": error})
