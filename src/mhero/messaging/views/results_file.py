"""Everybody's answers as a file for a spreadsheet, made while it is sent."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.asked import Question
from mhero.messaging.models import ConversationStatus, FlowRun
from mhero.messaging.queries.answered import answer_of, rows_of
from mhero.messaging.queries.results import questions, response_of
from mhero.messaging.views.narrowing import Narrowed, narrowed, value_words
from mhero.platform.spreadsheets import csv_lines
from mhero.platform.workbook import CONTENT_TYPE, Cell, workbook_parts

#: Rows that are read from the database at once.
BATCH = 1000


@requires("people.export")
@require_safe
def results_csv(request: SignedInRequest, flow_id: UUID) -> StreamingHttpResponse:
    about = _exported(request, flow_id)
    lines = _in_language(_csv(about, request.user))
    return _as_file(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), about, "csv")


@requires("people.export")
@require_safe
def results_xlsx(request: SignedInRequest, flow_id: UUID) -> StreamingHttpResponse:
    about = _exported(request, flow_id)
    asked = questions(about.flow, about.selection.answers())
    parts = workbook_parts(about.flow.name, _heading(asked), _rows(about, asked, request.user))
    return _as_file(StreamingHttpResponse(_in_language(parts), content_type=CONTENT_TYPE), about, "xlsx")


def _exported(request: SignedInRequest, flow_id: UUID) -> Narrowed:
    """Who takes answers away may also read them; it is written down before the first row leaves."""
    if not request.user.may("inbox.view"):
        raise Http404
    about = narrowed(request, flow_id)
    people = response_of(about.selection).asked
    record_audit("results.exported", f"flow {flow_id}", request=request, people=people)
    return about


def _as_file(response: StreamingHttpResponse, about: Narrowed, ending: str) -> StreamingHttpResponse:
    name = slugify(about.send.name if about.send else about.flow.name) or "results"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


def _in_language(parts: Iterator[bytes] | Iterator[str]) -> Iterator[bytes | str]:
    # The parts are made when the request is over, and its language and its clock with it.
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def made() -> Iterator[bytes | str]:
        with translation.override(language), timezone.override(zone):
            yield from parts

    return made()


def _csv(about: Narrowed, user: User) -> Iterator[str]:
    asked = questions(about.flow, about.selection.answers())
    rows = ([_words(cell) for cell in row] for row in _rows(about, asked, user))
    yield from csv_lines(chain([_heading(asked)], rows))


def _words(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return "" if cell is None else str(cell)


def _heading(asked: list[Question]) -> list[str]:
    about_person = [
        _("Name"), _("Phone number"), _("Cadre"), _("Facility"), _("District"), _("County"), _("Operator"),
        _("Gender"), _("Asked at"), _("First answer at"), _("Status"),
    ]  # fmt: skip
    return about_person + [question.name for question in asked]


def _rows(about: Narrowed, asked: list[Question], user: User) -> Iterator[list[Cell]]:
    shows_numbers = user.may("people.numbers")
    for run in rows_of(about.selection).iterator(chunk_size=BATCH):
        yield _row(run, asked, shows_numbers=shows_numbers)


def _row(run: FlowRun, asked: list[Question], *, shows_numbers: bool) -> list[Cell]:
    contact = run.contact
    first = run.session.answered_at
    return [
        contact.name,
        (contact.number or "") if shows_numbers else "",
        run.cadre,
        contact.fields.get("facility") or "",
        contact.fields.get("district") or "",
        run.county,
        run.operator,
        value_words("gender", run.gender) if run.gender else "",
        timezone.localtime(run.started_at),
        timezone.localtime(first) if first else None,
        str(ConversationStatus(run.status).label),
        *(answer_of(question, run.results) for question in asked),
    ]
