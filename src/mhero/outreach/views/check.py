"""The last step of a send: everything about it on one page, and the button."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import CannotBeTexted, InvalidFlow, QuestionsUnfinished
from mhero.messaging.models import SMSChannel
from mhero.messaging.personal import texts_for
from mhero.messaging.quiet import is_quiet, next_allowed
from mhero.messaging.segments import simplified
from mhero.messaging.services import send_test
from mhero.outreach import schedules, services
from mhero.outreach.asking import asked_by, first_words_for
from mhero.outreach.audience import Filter
from mhero.outreach.errors import NobodyToText, NoSMSChannel, NothingWritten, PeopleChanged
from mhero.outreach.estimate import estimate, estimate_most
from mhero.outreach.forms import WhenForm
from mhero.outreach.models import Draft, ReachRound, Schedule
from mhero.outreach.queries import place_names, readers
from mhero.outreach.reach import Reach
from mhero.outreach.reaching.plan import plan_of
from mhero.outreach.recipients import Addressee, account_for, contact_ids, recipient_before, recipients
from mhero.outreach.views.asked import draft_of, figures, people_url
from mhero.outreach.words import describe
from mhero.platform.clock import now

#: How many names a search in the preview offers.
MOST_FOUND = 10


@requires("messages.send")
@require_http_methods(["GET", "POST"])
def send_check(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    draft = draft_of(request, draft_id)
    if draft.broadcast_id:
        return redirect("broadcast", draft.broadcast_id)
    if not draft.text and not draft.flow_id:
        return redirect("send_what", draft_id=draft.id)
    zone = ZoneInfo(workspace().time_zone)
    asks_again = bool(draft.flow_id) and services.levers_of(draft) is None
    form = WhenForm(request.POST or None, zone=zone, zone_name=_zone_name(zone), asks=asks_again)
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["when"] == "repeat":
                return redirect("planned", _repeated(request, draft, form.cleaned_data).id)
            broadcast = services.send(draft, request.user, _plan(form.cleaned_data))
            made = ReachRound.objects.filter(draft_id=draft.id).first()
            return redirect("reach_round", made.id) if made else redirect("broadcast", broadcast.id)
        except (
            InvalidFlow, NobodyToText, NoSMSChannel, NothingWritten, PeopleChanged, QuestionsUnfinished
        ) as error:  # fmt: skip
            form.add_error(None, _in_words(error))
    return render(request, "outreach/check.html", _context(request, draft, form, zone))


@requires("messages.send")
@require_GET
def preview(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    """One recipient's own text, with the ways to others."""
    draft = draft_of(request, draft_id)
    return render(request, "outreach/preview.html", {"draft": draft, **_preview(request, draft)})


@requires("messages.send")
@require_POST
def send_example(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    """The text, as the previewed person would get it, to the phone of whoever is writing it."""
    draft = draft_of(request, draft_id)
    channel = SMSChannel.objects.filter(is_enabled=True).order_by("created_at").first()
    text = _preview(request, draft)["text"]
    if channel is None:
        messages.error(request, _in_words(NoSMSChannel()))
    elif not request.user.phone:
        messages.error(request, gettext("Your account has no mobile phone number yet."))
    else:
        try:
            send_test(channel, text, request.user)
            messages.success(request, gettext("The example is on its way to your phone."))
        except CannotBeTexted as error:
            messages.error(request, str(error))
    return redirect("send_check", draft_id=draft.id)


def _context(request: SignedInRequest, draft: Draft, form: WhenForm, zone: ZoneInfo) -> dict[str, Any]:
    chosen, reach, ours, at = Filter.from_json(draft.filter), Reach.of(request.user), rules(), now()
    accounted = account_for(chosen, reach)
    asked = asked_by(draft)
    text = asked.first_words if asked else draft.text
    reached = readers(text, chosen, reach, accounted.will_send)
    return {
        "asked": asked,
        "most": estimate_most(asked.weight.most, reached) if asked else None,
        "draft": draft,
        "form": form,
        "accounted": accounted,
        "figures": figures(chosen, accounted, reach),
        "all_url": people_url(chosen, reach),
        "description": describe(chosen, place_names(chosen.places)),
        "query": chosen.to_query(),
        "estimate": estimate(text, reached, simplifies=draft.simplifies_accents),
        "needs_approval": services.needs_approval(accounted.will_send),
        "rules": ours,
        "zone_name": _zone_name(zone),
        "waits_until": next_allowed(at, ours.quiet_from, ours.quiet_until, zone)
        if is_quiet(at, ours.quiet_from, ours.quiet_until, zone)
        else None,
        "has_channel": SMSChannel.objects.filter(is_enabled=True).exists(),
        "is_trial": reach.trial_phones is not None,
        **(plan_of(draft, contact_ids(chosen, reach)) if draft.levers else {}),
        **_preview(request, draft),
    }


def _preview(request: SignedInRequest, draft: Draft) -> dict[str, Any]:
    chosen, reach = Filter.from_json(draft.filter), Reach.of(request.user).as_if_live()
    start, words = _uuid(request.GET.get("person") or request.POST.get("person")), _words(request)
    shown = recipients(chosen, reach, start=start, limit=2) or recipients(chosen, reach, limit=2)
    current = shown[0] if shown else None
    found = recipients(chosen, reach, words=words, limit=MOST_FOUND) if words else []
    if current or found:
        record_audit(
            "people.previewed",
            f"draft {draft.id}",
            request=request,
            people=len({one.id for one in (*shown[:1], *found)}),
        )
    return {
        "current": current,
        "text": _text_for(draft, current),
        "before": recipient_before(chosen, reach, current.id) if current else None,
        "after": shown[1] if len(shown) > 1 else None,
        "words": words,
        "found": found,
    }


def _text_for(draft: Draft, reader: Addressee | None) -> str:
    if draft.flow_id:
        return first_words_for(draft, reader)
    text = texts_for(draft.text, [reader])[0] if reader else draft.text
    return simplified(text) if draft.simplifies_accents else text


def _plan(cleaned: dict[str, Any]) -> services.Plan:
    channel = cleaned.get("sms_channel")
    return services.Plan(
        shown=cleaned["shown"],
        starts_at=cleaned["starts_at"],
        expires_at=cleaned["expires_at"],
        sms_channel_id=channel.id if channel else None,
        asks_again=cleaned.get("asks_again", False),
    )


def _repeated(request: SignedInRequest, draft: Draft, cleaned: dict[str, Any]) -> Schedule:
    channel = cleaned.get("sms_channel")
    return schedules.plan(
        draft,
        request.user,
        cleaned["pattern"],
        expires_after_hours=cleaned["expires_after_hours"],
        sms_channel_id=channel.id if channel else None,
    )


def _in_words(error: Exception) -> str:
    match error:
        case PeopleChanged():
            return gettext(
                "The number of people changed from %(shown)s to %(found)s meanwhile. Check again, then send."
            ) % {"shown": error.shown, "found": error.found}
        case NobodyToText():
            return gettext("Nobody can be sent this message. Choose other people.")
        case NoSMSChannel():
            return gettext("There is no way to send yet. An administrator must connect an SMS provider.")
        case QuestionsUnfinished() | InvalidFlow():
            return gettext("The questions are not finished. Put them right, then send.")
        case _:
            return gettext("Write the message first.")


def _zone_name(zone: ZoneInfo) -> str:
    """ "Monrovia time (GMT)": said, since the browser may sit in another country."""
    language = (get_language() or "en").replace("-", "_")
    city = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return gettext("%(city)s time (%(zone)s)") % {
        "city": city,
        "zone": get_timezone_name(now().astimezone(zone), width="short", locale=language),
    }


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _words(request: SignedInRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]
