"""Words that start questions when somebody texts them."""

from uuid import UUID

from django.contrib import messages as news
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.messaging.errors import WordTaken
from mhero.messaging.list_forms import TriggerForm
from mhero.messaging.models import Flow, SMSChannel, Trigger, TriggerType
from mhero.messaging.services.triggers import TriggerOrder, archive_trigger, save_trigger


@requires("flows.view")
@require_safe
def triggers(request: SignedInRequest) -> HttpResponse:
    found = Trigger.objects.filter(is_archived=False, flow__is_archived=False)
    address = (
        SMSChannel.objects.filter(is_enabled=True).order_by("created_at").values_list("address", flat=True)
    )
    context = {
        "triggers": found.select_related("flow", "sms_channel")
        .prefetch_related("groups")
        .order_by("-created_at"),
        "short_code": address.first(),
        "may_edit": request.user.may("flows.edit"),
    }
    return render(request, "messaging/triggers.html", context)


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def trigger_new(request: SignedInRequest) -> HttpResponse:
    form = TriggerForm(request.POST or None, initial={"flow": request.GET.get("flow")})
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        news.success(request, _("Saved. It counts within seconds."))
        return redirect("triggers")
    return render(request, "messaging/trigger.html", {"form": form, "any_flow": _any_flow()})


@requires("flows.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def trigger(request: SignedInRequest, trigger_id: UUID) -> HttpResponse:
    one = _trigger(trigger_id)
    initial = {
        "type": one.type,
        "words": "\n".join(one.keywords),
        "match": one.match,
        "flow": one.flow_id,
        "sms_channel": one.sms_channel_id,
        "group": one.groups.first(),
    }
    form = TriggerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _saved(request, form, one):
        news.success(request, _("Saved. It counts within seconds."))
        return redirect("triggers")
    return render(request, "messaging/trigger.html", {"form": form, "trigger": one, "any_flow": _any_flow()})


@requires("flows.edit")
@require_POST
def trigger_archive(request: SignedInRequest, trigger_id: UUID) -> HttpResponse:
    archive_trigger(_trigger(trigger_id), request.user)
    news.success(request, _("It starts nothing any more."))
    return redirect("triggers")


def _saved(request: SignedInRequest, form: TriggerForm, one: Trigger | None = None) -> bool:
    said = form.cleaned_data
    order = TriggerOrder(
        type=said["type"],
        flow=said["flow"],
        words=said["words"],
        match=said["match"],
        sms_channel=said["sms_channel"],
        group=said["group"],
    )
    try:
        save_trigger(order, request.user, one)
    except WordTaken as error:
        form.add_error("words" if order.type == TriggerType.KEYWORD else "type", _in_words(error))
        return False
    return True


def _in_words(error: WordTaken) -> str:
    if not error.flow:
        return _("“%(word)s” opts people out or in, so it cannot start questions.") % {"word": error.word}
    if not error.word:
        return _("This starts “%(flow)s” already. Change that first.") % {"flow": error.flow}
    return _("“%(word)s” starts “%(flow)s” already. Choose another word.") % {
        "word": error.word,
        "flow": error.flow,
    }


def _trigger(trigger_id: UUID) -> Trigger:
    return get_object_or_404(Trigger.objects.filter(is_archived=False), id=trigger_id)


def _any_flow() -> bool:
    return Flow.objects.filter(is_archived=False).exists()
