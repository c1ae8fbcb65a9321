"""Lists as files: streamed, so that a whole country takes no memory, and written down in the audit trail."""

from collections.abc import Iterable, Iterator
from itertools import chain

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_GET

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.platform.spreadsheets import csv_lines, harmless
from mhero.registry import queries
from mhero.registry.filters import PeopleFilter
from mhero.registry.models import Person
from mhero.registry.views.problems import WHAT_TO_DO, problems, with_problems

_AT_ONCE = 500


@requires("people.export")
@require_GET
def people_file(request: SignedInRequest) -> StreamingHttpResponse:
    chosen = PeopleFilter.of(request.GET)
    people = chosen.of_these(queries.people_of(request.user.area_id))
    sees_numbers = request.user.may("people.numbers")
    record_audit("people.exported", "people", request=request, people=people.count(), filter=chosen.query)
    heads = [
        gettext("Name"),
        gettext("Cadre"),
        gettext("Place"),
        gettext("Phone"),
        gettext("Phone state"),
        gettext("Languages"),
        gettext("Working"),
        gettext("On leave until"),
    ]
    yes, no = gettext("yes"), gettext("no")

    def rows() -> Iterator[list[str]]:
        for batch in _batches(people):
            where = queries.place_words(batch)
            for person in batch:
                yield [
                    person.name,
                    ", ".join(person.cadres),
                    where.get(person.id, ""),
                    person.phone if sees_numbers else "",
                    str(person.get_phone_state_display()),
                    " ".join(person.languages),
                    yes if person.is_active else no,
                    person.on_leave_until.isoformat() if person.on_leave_until else "",
                ]

    return _file(gettext("people"), heads, rows())


@requires("people.export")
@require_GET
def phone_problems_file(request: SignedInRequest) -> StreamingHttpResponse:
    asked = PeopleFilter.of(request.GET)
    chosen = PeopleFilter(place=asked.place, phone=asked.phone if asked.phone in WHAT_TO_DO else "")
    everybody = PeopleFilter(place=chosen.place).of_these(queries.people_of(request.user.area_id))
    people = with_problems(everybody, chosen)
    sees_numbers = request.user.may("people.numbers")
    record_audit(
        "people.exported", "phone problems", request=request, people=people.count(), filter=chosen.query
    )
    heads = [
        gettext("Name"),
        gettext("Place"),
        gettext("Problem"),
        gettext("As it was entered"),
        gettext("What is wrong"),
        gettext("What to do"),
    ]

    def rows() -> Iterator[list[str]]:
        for batch in _batches(people):
            for problem in problems(batch):
                yield [
                    problem.person.name,
                    problem.where,
                    str(problem.person.get_phone_state_display()),
                    "; ".join(raw for raw, _ in problem.numbers) if sees_numbers else "",
                    "; ".join(dict.fromkeys(why for _, why in problem.numbers if why)),
                    str(problem.what_to_do),
                ]

    return _file(gettext("phone problems"), heads, rows())


def _batches(people: QuerySet[Person]) -> Iterator[list[Person]]:
    batch: list[Person] = []
    for person in people.order_by("name", "id").iterator(chunk_size=_AT_ONCE):
        batch.append(person)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    yield batch


def _file(name: str, heads: list[str], rows: Iterable[list[str]]) -> StreamingHttpResponse:
    language = get_language() or "en"

    def lines() -> Iterator[str]:
        # The lines are made after the request's own language has been put away.
        with override(language):
            yield from csv_lines(chain([heads], rows), cell=_harmless)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name.replace(" ", "-")}.csv"'
    return response


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run; numbers in international form may stay."""
    return cell if cell[1:].isdecimal() else harmless(cell)
