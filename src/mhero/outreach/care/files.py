"""A spreadsheet of clients: which column holds what, what is wrong where, and bringing in the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.outreach.care import services
from mhero.outreach.care.checking import Checker
from mhero.outreach.care.models import ClientFile, ClientSource, Visit, VisitState
from mhero.outreach.care.services import Planned, Who
from mhero.outreach.texts.words import words
from mhero.platform.sheets import column_letter
from mhero.registry.models import Place

#: What each field is called on the page.
LABELS: Final[dict[str, str | Promise]] = {
    "name": _("Name"),
    "number": _("Number at the facility"),
    "facility": _("Facility"),
    "kind": _("What for"),
    "due_on": _("Day of the visit"),
    "phone": _("Client’s phone number"),
    "agreed": _("Agreed to get texts"),
    "language": _("Language"),
    "worker": _("Health worker responsible"),
}
#: Parts of headings by which a column is known, without case and accents; the first field that fits has it.
_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "worker": ("worker", "responsible", "nurse", "provider", "chw", "agent", "soignant", "mhudumu"),
    "agreed": ("agree", "consent", "accord", "consentement", "ridhaa"),
    "language": ("language", "langue", "lugha"),
    "phone": ("phone", "mobile", "tel", "contact", "simu", "cell"),
    "due_on": ("due", "date", "day", "next", "appointment", "rdv", "jour", "tarehe"),
    "facility": ("facility", "clinic", "centre", "center", "hospital", "structure", "etablissement", "kituo"),
    "kind": ("kind", "type", "service", "what for", "motif", "aina"),
    "number": ("number", "code", "card", "id", "numero", "no", "namba"),
    "name": ("name", "client", "patient", "nom", "jina", "mteja"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong in a cell, with the spreadsheet's own row and column."""

    row: int
    #: Such as `C`; empty when the spreadsheet has no such column.
    column: str
    field: str
    value: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """The rows of a file: those that can be added, and those that cannot."""

    good: Sequence[tuple[int, Planned]]
    problems: Sequence[Problem]

    @property
    def bad_rows(self) -> list[int]:
        return sorted({problem.row for problem in self.problems})


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Which column holds what, as far as its heading says so."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        said = words(heading)
        for field, parts in _HEADINGS.items():
            if field not in found and any(_fits(part, said) for part in parts):
                found[field] = place
                break
    return found


def _fits(part: str, said: Sequence[str]) -> bool:
    # A short word such as "no" or "id" is not a part of another.
    return part in said or (len(part) > 3 and part in " ".join(said))


def sort_rows(file: ClientFile, checker: Checker) -> Sorted:
    """What of the file can be added. A visit that is there twice, or is known already, is a problem."""
    good: list[tuple[int, Planned]] = []
    problems: list[Problem] = []
    otherwise = Place.objects.filter(id=file.facility_id).first() if file.facility_id else None
    seen: dict[tuple[object, ...], int] = {}
    for row, values in _values(file):
        checked = checker.check(values, facility=otherwise)
        if checked.planned is None:
            problems += [_problem(file, row, field, words) for field, words in checked.errors.items()]
            continue
        key = _key(checked.planned)
        if key in seen:
            words = gettext("The same visit is in row %(row)s.") % {"row": seen[key]}
            problems.append(_problem(file, row, "name", words))
            continue
        seen[key] = row
        good.append((row, checked.planned))
    there = _there_already([planned for _, planned in good])
    problems += [
        _problem(file, row, "name", gettext("This visit is there already."))
        for row, planned in good
        if _key(planned) in there
    ]
    good = [(row, planned) for row, planned in good if _key(planned) not in there]
    return Sorted(good=good, problems=sorted(problems, key=lambda one: (one.row, one.column)))


def _values(file: ClientFile) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each row that is not empty, with its number in the spreadsheet."""
    for number, cells in enumerate(file.rows[1:], start=2):
        if any(cells):
            yield number, {field: cells[place] for field, place in file.columns.items() if place < len(cells)}


def _problem(file: ClientFile, row: int, field: str, words: str) -> Problem:
    place = file.columns.get(field)
    cells = file.rows[row - 1]
    return Problem(
        row=row,
        column="" if place is None else column_letter(place),
        field=str(LABELS[field]),
        value="" if place is None or place >= len(cells) else cells[place],
        words=words,
    )


def _key(planned: Planned) -> tuple[object, ...]:
    named = (planned.name.casefold(), planned.number.casefold())
    return (planned.facility.id, planned.kind.id, planned.due_on, *named)


def _there_already(planned: Sequence[Planned]) -> set[tuple[object, ...]]:
    facilities = {one.facility.id for one in planned}
    days = {one.due_on for one in planned}
    known = Visit.objects.filter(
        facility_id__in=facilities, due_on__in=days, state=VisitState.DUE, client__forgotten_at=None
    )
    found = known.values_list("facility_id", "kind_id", "due_on", "client__name", "client__number")
    return {(*rest, name.casefold(), number.casefold()) for *rest, name, number in found}


def add_good(file_id: UUID, user: User, at: datetime) -> int:
    """Adds the good rows of a file, once however often it is asked; returns how many there were."""
    with transaction.atomic():
        file = ClientFile.objects.select_for_update().get(id=file_id)
        if file.added is not None:
            return file.added
        checker = Checker(user.area_id, ClientSource.FILE, clock=lambda: at)
        rows = sort_rows(file, checker)
        who = Who(name=user.email)
        for _row, planned in rows.good:
            services.register(planned, who, at)
        bad = set(rows.bad_rows)
        # What was right has its place now; the others keep their rows' numbers, and are gone after a day.
        file.rows = [
            cells if number == 1 or number in bad else [] for number, cells in enumerate(file.rows, start=1)
        ]
        file.added = len(rows.good)
        file.save(update_fields=["rows", "added"])
        record_audit("clients.imported", f"file {file.id}", user=user, people=file.added)
        return file.added


def bad_lines(file: ClientFile, checker: Checker) -> Iterator[Sequence[str]]:
    """The rows that cannot be added as they came, with a column that says why."""
    sorted_rows = sort_rows(file, checker)
    why: dict[int, list[str]] = {}
    for problem in sorted_rows.problems:
        why.setdefault(problem.row, []).append(f"{problem.field}: {problem.words}")
    yield [*file.rows[0], gettext("What is wrong")]
    width = len(file.rows[0])
    for row in sorted_rows.bad_rows:
        cells = [*file.rows[row - 1], *[""] * width][:width]
        yield [*cells, " ".join(why[row])]


def needed_are_there(columns: Mapping[str, int], has_facility: bool) -> str:
    """What is missing before the file can be read, in words; empty when nothing is."""
    missing = []
    if "name" not in columns and "number" not in columns:
        missing.append(gettext("the name or the number of the client"))
    if "due_on" not in columns:
        missing.append(gettext("the day of the visit"))
    if "facility" not in columns and not has_facility:
        missing.append(gettext("the facility"))
    if not missing:
        return ""
    return ngettext("Say which column holds %(what)s.", "Say which columns hold %(what)s.", len(missing)) % {
        "what": ", ".join(missing)
    }
