"""Why a message did not reach its reader, and what to do about it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    #: One sentence that says what happened.
    sentence: str | Promise
    #: One sentence that says what the officer can do.
    advice: str | Promise


OPTED_OUT = "opted_out"
LEFT = "left"
TRIAL = "trial"
EXPIRED = "expired"
STOPPED = "stopped"
NO_NUMBER = "no_number"
NO_TEXT = "no_text"
ANSWERED = "answered"
PROVIDER_REFUSED = "provider_refused"
PROVIDER_UNAVAILABLE = "provider_unavailable"
NOT_DELIVERED = "not_delivered"
NO_REPORT = "no_report"
LOOPING = "looping"
NOT_LINKED = "not_linked"
OUTSIDE_WINDOW = "outside_window"

REASONS = {
    OPTED_OUT: Reason(
        sentence=_("This person opted out of messages."),
        advice=_("Talk to them another way. They can text START to get messages again."),
    ),
    LEFT: Reason(
        sentence=_("This person no longer works in the service."),
        advice=_("If that is wrong, correct it in iHRIS."),
    ),
    TRIAL: Reason(
        sentence=_("In trial mode only the team’s own phones get messages."),
        advice=_("Go live, then send it again."),
    ),
    EXPIRED: Reason(
        sentence=_("It could not be sent before its time ran out."),
        advice=_("If it still matters, send it again with more time."),
    ),
    STOPPED: Reason(
        sentence=_("Somebody stopped this send before the message left."),
        advice=_("Nothing, unless it was stopped by mistake: then send it again."),
    ),
    NO_NUMBER: Reason(
        sentence=_("This person has no phone number of their own any more."),
        advice=_("Find the number and correct it on the person’s page."),
    ),
    NO_TEXT: Reason(
        sentence=_("Nothing was left of the text once it was personalised."),
        advice=_("Write a text that also makes sense for people without these details."),
    ),
    ANSWERED: Reason(
        sentence=_("This person answered before they were asked again."),
        advice=_("Nothing: their answer is in the results."),
    ),
    PROVIDER_REFUSED: Reason(
        sentence=_("The text message provider refused it."),
        advice=_("Read what the provider said. Often the number is wrong."),
    ),
    PROVIDER_UNAVAILABLE: Reason(
        sentence=_("The text message provider could not be reached, although it was tried many times."),
        advice=_("Send it again. If it happens often, talk to the provider."),
    ),
    NOT_DELIVERED: Reason(
        sentence=_("The phone network could not deliver it."),
        advice=_("Check the number. The phone may be off or out of reach for long."),
    ),
    LOOPING: Reason(
        sentence=_("This phone seems to answer by itself, so the conversation was cut off."),
        advice=_("Look at what was said. If a person did answer that fast, start again."),
    ),
    NOT_LINKED: Reason(
        sentence=_("The bot cannot write to this person."),
        advice=_("Ask them to start the bot and to share their phone number with it."),
    ),
    OUTSIDE_WINDOW: Reason(
        sentence=_("WhatsApp allows it only within a day after the person wrote."),
        advice=_("Text them by another channel, or wait until they write again."),
    ),
    NO_REPORT: Reason(
        sentence=_("The phone network never said whether it was delivered."),
        advice=_("Nothing: it may have arrived. A late report still counts."),
    ),
}


def reason_of(code: str) -> Reason | None:
    return REASONS.get(code)
