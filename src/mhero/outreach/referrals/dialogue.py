"""A referral that is said bit by bit: what is missing is asked for, and kept until all is said.

The draft is written in the transaction of the answer, so a worker that dies in between has asked nothing.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from mhero.messaging.commands import CommandSaid, answer_id, ask_back, ask_no_more
from mhero.messaging.services.forgetting import forget_words
from mhero.outreach.referrals.answers import say
from mhero.outreach.referrals.facilities import MOST_OFFERED, Known, by_number, nearest
from mhero.outreach.referrals.models import ReferralDraft
from mhero.outreach.referrals.services import LONGEST_CLIENT, LONGEST_WORDS, Order, refer
from mhero.outreach.texts import grammars
from mhero.outreach.texts.referrals import Referral, named_facilities, read_referral
from mhero.outreach.texts.words import plain, words
from mhero.registry.models import Person, Place

COMMAND: Final = "referrals"
#: Nobody remembers for longer what they were asked.
OPEN_FOR: Final = timedelta(hours=1)
_DROPPED: Final = frozenset(
    phrase for kinds in grammars.REFERRALS.values() for phrase in kinds[grammars.CANCELLED]
) | {"no", "non", "hapana"}


def open_draft(said: CommandSaid) -> ReferralDraft | None:
    drafts = ReferralDraft.objects.filter(contact_id=said.contact.id, until__gt=said.received_at)
    return drafts.first()


def begin(said: CommandSaid, language: str, *, client: str, reason: str) -> ReferralDraft:
    """A new draft of the contact's, in place of any other."""
    before = ReferralDraft.objects.filter(contact_id=said.contact.id).first()
    return ReferralDraft(
        contact_id=said.contact.id,
        language=language,
        client=client[:LONGEST_CLIENT],
        reason=reason[:LONGEST_WORDS],
        message_ids=before.message_ids if before else [],
    )


def answered(said: CommandSaid, draft: ReferralDraft, person: Person, facility: Place, known: Known) -> str:
    """Takes the text as the answer to what was asked, and goes on."""
    text = " ".join(said.text.split())
    if plain(text).strip(" .!") in _DROPPED:
        forget_words(draft.message_ids)
        _end(said)
        return say(draft.language, "dropped")
    meant: Sequence[str] = []
    like: Sequence[str] = []
    if draft.asked == "client":
        whole = read_referral(f"ref {text}", known.facilities)
        if isinstance(whole, Referral) and whole.client and whole.facility:
            draft.client, meant = whole.client[:LONGEST_CLIENT], [whole.facility]
            draft.reason = draft.reason or whole.reason[:LONGEST_WORDS]
        else:
            draft.client = text[:LONGEST_CLIENT] if words(text) else ""
    elif draft.asked == "reason":
        draft.reason = text[:LONGEST_WORDS] if words(text) else ""
    else:
        meant, like = _chosen(text, draft, facility, known)
    return go_on(said, draft, person, facility, known, meant=meant, like=like)


def go_on(
    said: CommandSaid,
    draft: ReferralDraft,
    person: Person,
    facility: Place,
    known: Known,
    *,
    meant: Sequence[str],
    like: Sequence[str],
) -> str:
    """Makes the referral when nothing is missing, or else asks for the first thing that is.

    `meant` and `like` are the keys of facilities that were named, or of which something may be a slip.
    """
    draft.message_ids = [*draft.message_ids, said.message_id, answer_id(said)]
    others = [key for key in meant if key != str(facility.id)]
    if len(others) == 1:
        draft.facility_id = UUID(others[0])
    to_facility = Place.objects.filter(id=draft.facility_id).first() if draft.facility_id else None
    if draft.client and to_facility and draft.reason:
        return _made(said, draft, person, facility, to_facility)
    offered = (others or [key for key in like if key != str(facility.id)])[:MOST_OFFERED]
    if to_facility:
        asked, key, offered = "reason" if draft.client else "client", "", []
    else:
        asked, key = _about_facility(draft, meant, others, offered)
    draft.asked, draft.offered = asked, [UUID(one) for one in offered]
    draft.until = said.received_at + OPEN_FOR
    draft.save()
    ask_back(COMMAND, said.contact.id, draft.until)
    return say(draft.language, key or f"ask_{asked}", facilities=by_number(offered, known))


def _about_facility(
    draft: ReferralDraft, meant: Sequence[str], others: Sequence[str], offered: Sequence[str]
) -> tuple[str, str]:
    """What is asked while the facility is not known, and the answer's key where it is no plain question."""
    if others:
        return "facility", "which_facility"
    if meant:
        return "facility", "own_facility"
    if offered:
        return "facility", "like"
    if draft.asked == "facility":
        return "facility", "unknown_facility"
    return ("facility" if draft.client else "client"), ""


def _chosen(
    text: str, draft: ReferralDraft, near: Place, known: Known
) -> tuple[Sequence[str], Sequence[str]]:
    """The facilities that an answer means: one by its number, or those of the name; or else perhaps."""
    if text.strip(" .").isdecimal() and 0 < int(text.strip(" .")) <= len(draft.offered):
        return [str(draft.offered[int(text.strip(" .")) - 1])], []
    named, like = named_facilities(text, known.facilities)
    return nearest(named, known, near), nearest(like, known, near)


def _made(
    said: CommandSaid, draft: ReferralDraft, person: Person, facility: Place, to_facility: Place
) -> str:
    made = refer(
        Order(
            client=draft.client,
            reason=draft.reason,
            from_facility=facility,
            to_facility=to_facility,
            at=said.received_at,
            language=draft.language,
            contact=said.contact,
            person_id=person.id,
            id=said.message_id,
            message_ids=draft.message_ids,
        )
    )
    _end(said)
    key = "already" if made.is_known else "referred" if made.told else "referred_untold"
    names = {"client": made.referral.client, "facility": to_facility.name.strip()}
    return say(draft.language, key, code=made.referral.code, **names)


def _end(said: CommandSaid) -> None:
    ReferralDraft.objects.filter(contact_id=said.contact.id).delete()
    ask_no_more(COMMAND, said.contact.id)
