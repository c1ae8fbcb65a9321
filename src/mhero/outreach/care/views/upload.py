"""Clients from a spreadsheet: the file, its columns, what is right and wrong, and adding what is right."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.outreach.care import queries
from mhero.outreach.care.checking import FIELDS, Checker
from mhero.outreach.care.files import LABELS, add_good, bad_lines, guess, needed_are_there, sort_rows
from mhero.outreach.care.models import ClientFile, ClientSource
from mhero.platform.clock import now
from mhero.platform.sheets import SheetTooLarge, SheetUnreadable, column_letter, read_sheet
from mhero.platform.spreadsheets import csv_lines

#: Problems that the page lists; the file has all of them.
SHOWN = 100
EXAMPLE_ROWS = 3


class UploadForm(forms.Form):
    file = forms.FileField(label=_("Spreadsheet"), help_text=_("Excel, OpenDocument or CSV, at most 10 MB."))

    def clean_file(self) -> list[list[str]]:
        uploaded: UploadedFile[bytes] = self.cleaned_data["file"]
        self.file_name = (uploaded.name or "")[:200]
        try:
            rows = read_sheet(uploaded.read())
        except SheetUnreadable as error:
            words = gettext("This is no spreadsheet that can be read. Save it as Excel (.xlsx) or CSV.")
            raise forms.ValidationError(words) from error
        except SheetTooLarge as error:
            words = gettext("The file is too large: at most 10 MB and 20,000 rows.")
            raise forms.ValidationError(words) from error
        if len(rows) < 2:
            raise forms.ValidationError(gettext("The file needs a row of headings, and clients below it."))
        return rows


class ColumnsForm(forms.Form):
    """Which column holds what."""

    def __init__(self, file: ClientFile, area_id: UUID | None, data: Any = None) -> None:
        self._facilities = queries.facilities_of(area_id)
        headings: list[str] = file.rows[0]
        super().__init__(data, initial={field: str(place) for field, place in file.columns.items()})
        choices = [("", gettext("Not in the file"))]
        choices += [(str(place), f"{column_letter(place)}: {name}") for place, name in enumerate(headings)]
        for field in FIELDS:
            self.fields[field] = forms.ChoiceField(label=str(LABELS[field]), choices=choices, required=False)
        self.fields["otherwise"] = forms.CharField(
            label=_("Facility of all clients without one"), required=False, max_length=200
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.columns = {field: int(cleaned[field]) for field in FIELDS if cleaned.get(field)}
        self.facility_id: UUID | None = None
        if name := str(cleaned.get("otherwise") or "").strip():
            found = list(self._facilities.filter(name__icontains=name)[:2])
            if len(found) == 1:
                self.facility_id = found[0].id
            else:
                self.add_error("otherwise", gettext("Write the whole name of a facility of your area."))
        if missing := needed_are_there(self.columns, bool(cleaned.get("otherwise"))):
            self.add_error(None, missing)
        return cleaned


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_upload(request: SignedInRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        rows = form.cleaned_data["file"]
        file = ClientFile.objects.create(
            owner=request.user, name=form.file_name, rows=rows, columns=guess(rows[0])
        )
        return redirect("care_upload_columns", client_file_id=file.id)
    return render(request, "outreach/care/upload.html", {"form": form, "labels": LABELS.values()})


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_upload_columns(request: SignedInRequest, client_file_id: UUID) -> HttpResponse:
    file = _own_file(request, client_file_id)
    if file.added is not None:
        return redirect("care_upload_check", client_file_id=file.id)
    form = ColumnsForm(file, request.user.area_id, request.POST or None)
    if request.method == "POST" and form.is_valid():
        file.columns, file.facility_id = form.columns, form.facility_id
        file.save(update_fields=["columns", "facility_id"])
        return redirect("care_upload_check", client_file_id=file.id)
    record_audit("clients.listed", f"file {file.id}", request=request, people=EXAMPLE_ROWS)
    context = {
        "form": form,
        "file": file,
        "headings": file.rows[0],
        "examples": file.rows[1 : 1 + EXAMPLE_ROWS],
        "count": len(file.rows) - 1,
    }
    return render(request, "outreach/care/upload_columns.html", context)


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_upload_check(request: SignedInRequest, client_file_id: UUID) -> HttpResponse:
    """What would be added and what would not; adds it when told so."""
    file = _own_file(request, client_file_id)
    if request.method == "POST":
        added = add_good(file.id, request.user, now())
        said = ngettext("%(n)s visit was added.", "%(n)s visits were added.", added) % {"n": added}
        messages.success(request, said)
        return redirect("care_upload_check", client_file_id=file.id)
    rows = sort_rows(file, Checker(request.user.area_id, ClientSource.FILE))
    record_audit("clients.listed", f"file {file.id}", request=request, people=len(rows.good))
    context = {
        "file": file,
        "good": len(rows.good),
        "bad": len(rows.bad_rows),
        "problems": rows.problems[:SHOWN],
        "more": len(rows.problems) - SHOWN,
    }
    return render(request, "outreach/care/upload_check.html", context)


@requires("clients.edit")
@require_safe
def care_upload_bad(request: SignedInRequest, client_file_id: UUID) -> HttpResponseBase:
    """The rows that cannot be added, as a file to put right and upload again."""
    file = _own_file(request, client_file_id)
    checker = Checker(request.user.area_id, ClientSource.FILE)
    record_audit("clients.exported", f"file {file.id}", request=request, people=len(file.rows) - 1)
    response = StreamingHttpResponse(
        _lines(file, checker, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="to-put-right.csv"'
    return response


def _lines(file: ClientFile, checker: Checker, language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        yield from csv_lines(bad_lines(file, checker))


def _own_file(request: SignedInRequest, client_file_id: UUID) -> ClientFile:
    return get_object_or_404(ClientFile, id=client_file_id, owner=request.user)
