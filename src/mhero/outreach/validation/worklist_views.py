"""The worklist: people whom texts did not settle, why, and what to do about each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.views.paging import address, uuid_of
from mhero.outreach.validation import ghosts, worklist
from mhero.outreach.validation.views import areas_of
from mhero.outreach.validation.words import REASON, TO_DO, level_in_words, signs_in_words
from mhero.outreach.validation.worklist import Line
from mhero.platform.spreadsheets import csv_lines
from mhero.registry.models import Person
from mhero.registry.queries import names_of, place_words

PAGE: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One person, as the page shows it."""

    line: Line
    where: str
    why: str | Promise
    to_do: str | Promise
    points: int
    #: The suspicion in a word, and its colour.
    level: str
    colour: str
    signs: list[tuple[str, int]]


@requires("proposals.view")
@require_GET
def validation_worklist(request: SignedInRequest) -> HttpResponse:
    area = request.user.area_id
    place, reason = uuid_of(request, "place"), _reason(request)
    edge_id = uuid_of(request, "after")
    edge = Person.objects.filter(id=edge_id).first() if edge_id else None
    after = (edge.name, edge.id) if edge else None
    found = list(worklist.lines(area, place_id=place, reason=reason, after=after, limit=PAGE + 1))
    rows = _rows(found[:PAGE])
    record_audit("worklist.read", "people to look for", request=request, people=len(rows))
    counted = worklist.lately_counted(area)
    totals = {one: sum(reasons.get(one, 0) for reasons in counted.values()) for one in worklist.REASONS}
    return render(
        request,
        "outreach/validation/worklist.html",
        {
            "rows": rows,
            "total": sum(totals.values()),
            "bars": [(REASON[one], totals[one], f"?reason={one}") for one in worklist.REASONS],
            "reasons": REASON.items(),
            "reason": reason,
            "place": place,
            "places": areas_of(request),
            "chips": _chips(request, reason, place),
            "earlier": address(request, after=None) if edge else "",
            "later": address(request, after=rows[-1].line.id) if len(found) > PAGE else "",
            "query": request.GET.urlencode(),
            "may_export": request.user.may("people.export"),
        },
    )


@requires("people.export")
@require_safe
def validation_worklist_file(request: SignedInRequest) -> HttpResponseBase:
    """The whole list that the page shows, as a file for a spreadsheet."""
    if not request.user.may("proposals.view"):
        return HttpResponse(status=403)
    found = list(
        worklist.lines(request.user.area_id, place_id=uuid_of(request, "place"), reason=_reason(request))
    )
    record_audit("worklist.exported", "people to look for", request=request, people=len(found))
    response = StreamingHttpResponse(
        _file_lines(_rows(found), translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="people-to-look-for.csv"'
    return response


def _file_lines(rows: Iterable[Row], language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        header = (
            gettext("Name"),
            gettext("Place"),
            gettext("Why"),
            gettext("What to do"),
            gettext("Suspicion, in points"),
            gettext("Signs"),
        )
        yield from csv_lines(chain([header], map(_file_row, rows)))


def _file_row(row: Row) -> tuple[str, ...]:
    signs = "; ".join(words for words, _ in row.signs)
    return (row.line.name, row.where, str(row.why), str(row.to_do), str(row.points), signs)


def _rows(lines: list[Line]) -> list[Row]:
    people = Person.objects.filter(id__in=[line.id for line in lines]).only("id", "place_id")
    where = place_words(people)
    rows = []
    for line in lines:
        points = ghosts.points(line.signs)
        level, colour = level_in_words(points)
        rows.append(
            Row(
                line=line,
                where=where.get(line.id, ""),
                why=REASON[line.reason],
                to_do=TO_DO[line.reason],
                points=points,
                level=level,
                colour=colour,
                signs=signs_in_words(line.signs),
            )
        )
    return rows


def _chips(request: SignedInRequest, reason: str, place: UUID | None) -> list[tuple[str, str]]:
    chips = [(str(REASON[reason]), address(request, reason=None, after=None))] if reason else []
    if place:
        chips.append((names_of([place]).get(place, "?"), address(request, place=None, after=None)))
    return chips


def _reason(request: SignedInRequest) -> str:
    asked = request.GET.get("reason", "")
    return asked if asked in worklist.REASONS else ""
