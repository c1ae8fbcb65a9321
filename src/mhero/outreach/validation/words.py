"""What pages say of proposals and of the worklist, in the page's language."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mhero.outreach.validation import ghosts, reading
from mhero.outreach.validation.ghosts import Signs

#: Why a proposal is not surer.
WHY: Final[dict[str, str | Promise]] = {
    reading.GUESSED: _("It was not written exactly so: this is the closest that is known."),
    reading.NOT_FOUND: _("Nothing of that name is known here, or more than one. Choose it, or ask again."),
    reading.BY_OTHERS: _("The in-charge says it, and not the person."),
    reading.ALL_NEW: _("It has no word in common with the old name. Perhaps somebody else has the phone."),
    reading.ONE_WORD: _("A full name has at least two words. Write it, or ask again."),
    reading.SHARED: _("Somebody else of the registry is texted on this number."),
    reading.PAUSED: _("It is closed for now. Accept it if DHIS2 should show it as closed."),
    reading.NO_NUMBER: _("This is not one number that can be texted. Write it, or ask again."),
}
SURE_COLOUR: Final = {"certain": "green", "likely": "yellow", "unclear": "red"}
STATE_COLOUR: Final = {
    "waiting": "blue",
    "returned": "orange",
    "accepted": "green",
    "refused": "grey",
    "asked_again": "purple",
    "superseded": "grey",
}
#: Why somebody is on the worklist, and what to do about it.
REASON: Final[dict[str, str | Promise]] = {
    "said_left": _("The in-charge says they have left"),
    "not_me": _("Somebody else has the phone"),
    "undelivered": _("Text messages never arrive"),
    "silent": _("Has not answered"),
    "unfinished": _("Said that something is wrong, and not what"),
}
TO_DO: Final[dict[str, str | Promise]] = {
    "said_left": _("Decide about the in-charge’s proposal, or ask the facility by phone."),
    "not_me": _("Ask the facility for the person’s new number, and correct it on their page."),
    "undelivered": _("Ask the facility for a number that works, and correct it on their page."),
    "silent": _("Call, or ask the facility whether the person still works there."),
    "unfinished": _("Call and ask what is wrong, or ask again with the next round."),
}


def signs_in_words(signs: Signs) -> list[tuple[str, int]]:
    """Each sign that speaks for a ghost, with its points."""
    return [(_sign(sign, signs), points) for sign, points in ghosts.found(signs)]


def _sign(sign: str, signs: Signs) -> str:
    match sign:
        case ghosts.NEVER_ANSWERED:
            rounds = signs.silent_rounds
            return ngettext(
                "No answer in the last %(n)s round", "No answer in the last %(n)s rounds", rounds
            ) % {"n": rounds}
        case ghosts.NEVER_DELIVERED:
            failed = signs.failed_texts
            return ngettext(
                "%(n)s text message failed, and none arrived",
                "%(n)s text messages failed, and none arrived",
                failed,
            ) % {"n": failed}
        case ghosts.SAID_LEFT:
            return gettext("The in-charge says that the person has left")
        case ghosts.NOT_ME:
            return gettext("Somebody else answered the phone")
        case ghosts.NOT_NAMED:
            return gettext("Not among those whom the facility’s in-charge knows to be there")
        case _:
            return gettext("Another person has the same phone number")


def level_in_words(points: int) -> tuple[str, str]:
    """The suspicion as a tag: words and colour; nothing where there is none."""
    match ghosts.level(points):
        case "strong":
            return gettext("Strong suspicion"), "red"
        case "some":
            return gettext("Some suspicion"), "yellow"
        case _:
            return "", ""
