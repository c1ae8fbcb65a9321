"""SMS channels: how messages leave and how replies come in."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages as news
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.errors import CannotBeTexted
from mhero.messaging.forms import SMSChannelForm
from mhero.messaging.models import Message, MessageStatus, SMSChannel
from mhero.messaging.services import send_test
from mhero.messaging.services.channels import callback_name, new_callback_secret

#: What a provider has to be told, by type of channel: the letters in the address, and its actions.
CALLBACKS = {
    "external": ("ex", ("receive", "sent", "delivered", "failed", "stopped")),
    "kannel": ("kn", ("receive",)),
}


@requires("connections.manage")
@require_safe
def sms_channels(request: SignedInRequest) -> HttpResponse:
    queued = Message.objects.filter(status=MessageStatus.QUEUED).values_list("sms_channel_id")
    waiting = dict(queued.annotate(number=Count("id")).order_by())
    channels = [
        (channel, waiting.get(channel.id, 0)) for channel in SMSChannel.objects.order_by("created_at")
    ]
    return render(request, "messaging/sms_channels.html", {"channels": channels})


@requires("connections.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def sms_channel_new(request: SignedInRequest) -> HttpResponse:
    form = SMSChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.instance.callback_secret = new_callback_secret()
        channel = form.save()
        record_audit("sms_channel.made", f"SMS channel {channel.id}", request=request)
        news.success(request, _("The channel is saved. Send yourself a test."))
        return redirect("sms_channel", channel_id=channel.id)
    return render(request, "messaging/sms_channel_new.html", {"form": form})


@requires("connections.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def sms_channel(request: SignedInRequest, channel_id: UUID) -> HttpResponse:
    channel = get_object_or_404(SMSChannel, id=channel_id)
    form = SMSChannelForm(request.POST or None, instance=channel)
    if request.method == "POST" and form.is_valid():
        form.save()
        record_audit("sms_channel.changed", f"SMS channel {channel.id}", request=request)
        news.success(request, _("Your changes are saved. They count within seconds."))
        return redirect("sms_channel", channel_id=channel.id)
    letters, actions = CALLBACKS[channel.type]
    base = f"{settings.CONFIGURATION.gateway_url}/c/{letters}/{callback_name(channel)}"
    return render(
        request,
        "messaging/sms_channel.html",
        {"channel": channel, "form": form, "callbacks": [(action, f"{base}/{action}") for action in actions]},
    )


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
