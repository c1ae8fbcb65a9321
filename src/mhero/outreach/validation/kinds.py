"""The words of validation that code and database share. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from mhero.registry import editing


class RoundKind(TextChoices):
    PEOPLE = "people", _("Each person about themselves")
    IN_CHARGES = "in_charges", _("Each in-charge about the facility")


class Subject(TextChoices):
    """What is asked about, and what a proposal corrects. Most are parts of `registry.editing`."""

    NAME = editing.NAME, _("Name")
    JOB = editing.JOB, _("Post")
    PLACE = editing.PLACE, _("Facility")
    PHONE = editing.PHONE, _("Phone number")
    WORK = editing.WORK, _("Still works there")
    STATUS = editing.STATUS, _("Facility is open")
    PLACE_PHONE = editing.PLACE_PHONE, _("Facility’s phone number")
    SERVICES = editing.SERVICES, _("Services")
    #: Somebody whom an in-charge names and whom the registry does not know.
    NEWCOMER = "newcomer", _("New at the facility")


#: What each kind of round can ask.
ASKED_OF = {
    RoundKind.PEOPLE: (Subject.NAME, Subject.JOB, Subject.PLACE, Subject.PHONE),
    RoundKind.IN_CHARGES: (Subject.STATUS, Subject.WORK, Subject.SERVICES, Subject.PLACE_PHONE),
}


class AnswerOutcome(TextChoices):
    CONFIRMED = "confirmed", _("Everything is right")
    CORRECTED = "corrected", _("Something is wrong")
    NOT_ME = "not_me", _("Somebody else has the phone")
    #: Said that something is wrong and not what, or was not understood.
    UNFINISHED = "unfinished", _("Not finished")


class Sure(TextChoices):
    """How sure it is that the proposal says what is true."""

    CERTAIN = "certain", _("Sure")
    LIKELY = "likely", _("Likely")
    #: What was written could not be read as a value: an officer has to choose it.
    UNCLEAR = "unclear", _("Not clear")


class ProposalState(TextChoices):
    WAITING = "waiting", _("Waiting")
    #: Accepted, but iHRIS or DHIS2 says something newer: decide again.
    RETURNED = "returned", _("Decide again")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    ASKED_AGAIN = "asked_again", _("Asked again")
    SUPERSEDED = "superseded", _("Answered anew")


#: The states in which an officer can decide.
OPEN_STATES = (ProposalState.WAITING, ProposalState.RETURNED)
