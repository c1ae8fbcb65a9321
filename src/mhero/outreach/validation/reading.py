"""From what was written to a value that the registry can take, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from mhero.accounts.queries import workspace
from mhero.outreach.validation import conversation as talk
from mhero.outreach.validation import subjects
from mhero.outreach.validation.kinds import Subject, Sure
from mhero.outreach.validation.matching import Known, find, plain
from mhero.platform.phones import clean
from mhero.registry import editing
from mhero.registry.models import Person

# Why it is not surer.
GUESSED, NOT_FOUND, BY_OTHERS, ALL_NEW = "guessed", "not_found", "by_others", "all_new"
ONE_WORD, SHARED, PAUSED, NO_NUMBER = "one_word", "shared", "paused", "no_number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A new value, as far as it could be read."""

    sure: Sure
    why: str = ""
    #: As `registry.editing` reads it; empty while it is not clear.
    new: str = ""
    words: str = ""
    value: dict[str, Any] = field(default_factory=dict)


def read(subject: str, words: str, *, old: str, near: Sequence[UUID], on: date) -> Read:
    """`near`: the places around whom it is about. `on`: the day it was said."""
    match subject:
        case Subject.NAME:
            return name(words, old)
        case Subject.JOB:
            return job(words)
        case Subject.PLACE:
            return place(words, near)
        case Subject.PHONE | Subject.PLACE_PHONE:
            return phone(words, is_persons=subject == Subject.PHONE)
        case Subject.STATUS:
            return status(words, on)
        case Subject.SERVICES:
            return Read(sure=Sure.CERTAIN, new=words, words=words, value={"services": words})
        case _:
            return Read(sure=Sure.UNCLEAR, why=NOT_FOUND)


def name(words: str, old: str = "") -> Read:
    said = " ".join(word.strip(".,;:") for word in words.split() if word.strip(".,;:"))
    if said.islower() or said.isupper():
        said = said.title()
    parts = said.split()
    if len(parts) < 2 or not all(any(letter.isalpha() for letter in part) for part in parts):
        return Read(sure=Sure.UNCLEAR, why=ONE_WORD)
    is_new = not set(plain(said).split()) & set(plain(old).split())
    sure, why = (Sure.LIKELY, ALL_NEW) if old and is_new else (Sure.CERTAIN, "")
    return Read(sure=sure, why=why, new=said, words=said, value={"name": said})


def job(words: str) -> Read:
    found = find(words, [Known(name=one, value=one) for one in subjects.jobs()])
    codes = subjects.codes_of(found.known.value) if found else None
    if not found or not codes:
        return Read(sure=Sure.UNCLEAR, why=NOT_FOUND)
    title = found.known.value
    sure, why = (Sure.CERTAIN, "") if found.is_exact else (Sure.LIKELY, GUESSED)
    return Read(sure=sure, why=why, new=title, words=title, value={"codes": codes})


def place(words: str, near: Sequence[UUID]) -> Read:
    found = find(words, subjects.facilities(near))
    if not found:
        return Read(sure=Sure.UNCLEAR, why=NOT_FOUND)
    sure, why = (Sure.CERTAIN, "") if found.is_exact else (Sure.LIKELY, GUESSED)
    return at_place(found.known.value, sure, why)


def at_place(place_id: UUID, sure: Sure, why: str = "") -> Read:
    return Read(
        sure=sure,
        why=why,
        new=str(place_id),
        words=subjects.place_words(place_id),
        value={"place": str(place_id)},
    )


def phone(words: str, *, is_persons: bool) -> Read:
    found = [one.number for one in clean(words, workspace().country_code) if one.number]
    if len(found) != 1:
        return Read(sure=Sure.UNCLEAR, why=NO_NUMBER)
    is_taken = is_persons and Person.objects.filter(phone=found[0], is_active=True).exists()
    sure, why = (Sure.LIKELY, SHARED) if is_taken else (Sure.CERTAIN, "")
    return Read(sure=sure, why=why, new=found[0], words=found[0], value={"number": found[0]})


def status(said: str, on: date) -> Read:
    if said == talk.OPEN:
        value: dict[str, Any] = {"status": editing.ACTIVE}
        return Read(sure=Sure.CERTAIN, new=editing.ACTIVE, value=value)
    sure, why = (Sure.LIKELY, PAUSED) if said == talk.PAUSED else (Sure.CERTAIN, "")
    value = {"status": editing.INACTIVE, "on": on.isoformat()}
    return Read(sure=sure, why=why, new=editing.INACTIVE, value=value)


def left(on: date) -> Read:
    """What an in-charge says of somebody else."""
    return Read(sure=Sure.LIKELY, why=BY_OTHERS, new=editing.LEFT, value={"on": on.isoformat()})
