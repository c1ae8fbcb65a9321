"""The stock board, and the two pages on which stock reporting is set up."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.connectors.queries import data_sets
from mhero.outreach.choices import options
from mhero.outreach.periods import Period
from mhero.outreach.stock import board, queries, services
from mhero.outreach.stock.chart import chart
from mhero.outreach.stock.forms import ProductForm, RulesForm
from mhero.outreach.stock.models import StockLevel, StockProduct, StockReport, StockRules
from mhero.outreach.words import period_in_short, period_in_words
from mhero.platform.spreadsheets import csv_lines
from mhero.registry.models import Person, PlaceKind
from mhero.registry.queries import facility_types_of, names_of, places_of

#: Reports of one facility that its page shows.
REPORTS_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A product in a place, as the board writes it."""

    words: str
    #: A word beside the figure, and its colour.
    tag: str = ""
    tone: str = ""


@requires("stock.view")
@require_GET
def stock(request: SignedInRequest) -> HttpResponse:
    rules, products = queries.rules(), queries.products()
    view = chosen_view(request, rules)
    rows = board.rows(view, rules)
    shown = [view.product] if view.product else products
    by_facility = bool(rows) and all(row.is_facility for row in rows)
    moments = board.trend(view, rules)
    value = "on_hand" if view.product else "lacking"
    context = {
        "products": products,
        "shown": shown,
        "view": view,
        "period": period_in_words(view.period),
        "above": _above(request, view),
        "rows": [(row, _href(view, row), [_shown(row, product, view) for product in shown]) for row in rows],
        "by_facility": by_facility,
        "facilities": sum(row.facilities for row in rows),
        "reported": sum(row.reported for row in rows),
        "lacking": sum(row.lacking for row in rows),
        "chart": chart(
            [(period_in_short(one.period), getattr(one, value) if one.reported else None) for one in moments]
        ),
        "chart_of": gettext("On hand") if view.product else gettext("Facilities out of stock"),
        "query": _query(view),
        "may_edit": _may_edit(request),
        "period_choices": [(one.name, period_in_words(one)) for one in _current(rules).last(12)[::-1]],
    }
    return render(request, "outreach/stock/board.html", context)


def chosen_view(request: SignedInRequest, rules: StockRules) -> board.View:
    """What the address asks for, within the person's area; 404 for what is not there."""
    query = request.GET
    try:
        period = Period.named(query["period"]) if query.get("period") else _current(rules)
        product_id = UUID(query["product"]) if query.get("product") else None
        place_id = UUID(query["place"]) if query.get("place") else request.user.area_id
    except ValueError as error:
        raise Http404 from error
    if period.type != rules.period_type:
        period = Period.of(period.start, rules.period_type)
    return board.View(
        place=get_object_or_404(places_of(request.user.area_id), id=place_id) if place_id else None,
        period=period,
        product=get_object_or_404(StockProduct, id=product_id) if product_id else None,
    )


@requires("stock.view")
@require_GET
def stock_facility(request: SignedInRequest, place_id: UUID) -> HttpResponse:
    """What a facility has, and what its health workers wrote."""
    places = places_of(request.user.area_id)
    place = get_object_or_404(places, id=place_id, kind=PlaceKind.FACILITY)
    rules = queries.rules()
    view = board.View(place=places.filter(children=place).first() or place, period=_period_in(request, rules))
    row = next((one for one in board.rows(view, rules) if one.id == place.id), None)
    levels = {
        level.product_id: level
        for level in StockLevel.objects.filter(facility=place, period=view.period.name)
    }
    reports = list(StockReport.objects.filter(facility=place).order_by("-reported_at")[:REPORTS_SHOWN])
    names = dict(Person.objects.filter(id__in=[one.person_id for one in reports]).values_list("id", "name"))
    if reports:
        record_audit("stock_reports.read", f"facility {place.id}", request=request, people=len(reports))
    context = {
        "place": place,
        "period": period_in_words(view.period),
        "back": f"{reverse('stock')}?{urlencode({'place': str(view.place.id)})}"
        if view.place
        else reverse("stock"),
        "lines": [
            (product, levels.get(product.id), _shown(row, product, view) if row else Shown(words="–"))
            for product in queries.products()
            if queries.keeps(place, product)
        ],
        "reports": [(report, names.get(report.person_id, "")) for report in reports],
    }
    return render(request, "outreach/stock/facility.html", context)


@requires("stock.view")
@require_safe
def stock_file(request: SignedInRequest) -> HttpResponseBase:
    """Every product of every facility that is looked at, as a file for a spreadsheet."""
    rules = queries.rules()
    view = chosen_view(request, rules)
    record_audit("stock.exported", f"stock of {view.period.name}", request=request)
    response = StreamingHttpResponse(
        _file_lines(view, rules, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="stock-{view.period.name}.csv"'
    return response


def _file_lines(view: board.View, rules: StockRules, language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        header = (
            gettext("County"),
            gettext("District"),
            gettext("Facility"),
            gettext("Product"),
            gettext("Short code"),
            gettext("Counted in"),
            gettext("Period"),
            gettext("On hand"),
            gettext("Received"),
            gettext("Used"),
            gettext("Months of stock"),
            gettext("Reported at"),
        )
        yield from csv_lines(chain([header], _file_rows(view, rules)))


def _file_rows(view: board.View, rules: StockRules) -> Iterator[tuple[str, ...]]:
    known = {product.id: product for product in StockProduct.objects.all()}
    for line in board.lines(view, rules):
        product = known[line.product_id]
        county, district = (*line.within, "", "")[:2]
        yield (
            county,
            district,
            line.facility,
            product.name,
            product.code,
            product.get_unit_display(),
            view.period.name,
            str(line.on_hand),
            "" if line.received is None else str(line.received),
            "" if line.issued is None else str(line.issued),
            "" if line.months is None else f"{line.months:.1f}",
            timezone.localtime(line.reported_at).isoformat(timespec="minutes"),
        )


@requires("stock.view")
@require_GET
def stock_products(request: SignedInRequest) -> HttpResponse:
    context = {"products": queries.products(), "may_edit": _may_edit(request)}
    return render(request, "outreach/stock/products.html", context)


@requires("stock.edit")
@require_http_methods(["GET", "POST"])
def stock_product_new(request: SignedInRequest) -> HttpResponse:
    _refuse_districts(request)
    return _product_page(request, StockProduct(unit="tablet"))


@requires("stock.edit")
@require_http_methods(["GET", "POST"])
def stock_product(request: SignedInRequest, product_id: UUID) -> HttpResponse:
    _refuse_districts(request)
    return _product_page(request, get_object_or_404(StockProduct, id=product_id, archived_at=None))


def _product_page(request: SignedInRequest, product: StockProduct) -> HttpResponse:
    is_new = product._state.adding
    rules = queries.rules()
    sets = {one.id: one for one in data_sets() or ()} if rules.data_set else {}
    kinds = facility_types_of(None)
    form = ProductForm(product, kinds, sets.get(rules.data_set), request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save_product(form.as_product(), request.user)
        messages.success(request, gettext("The product was saved."))
        return redirect("stock_products")
    return render(
        request, "outreach/stock/product.html", {"form": form, "is_new": is_new, "product_id": product.id}
    )


@requires("stock.edit")
@require_POST
def stock_product_archive(request: SignedInRequest, product_id: UUID) -> HttpResponse:
    _refuse_districts(request)
    product = get_object_or_404(StockProduct, id=product_id, archived_at=None)
    services.archive_product(product, request.user)
    messages.success(request, gettext("The product was put away. What was reported stays."))
    return redirect("stock_products")


@requires("stock.edit")
@require_http_methods(["GET", "POST"])
def stock_rules(request: SignedInRequest) -> HttpResponse:
    """Who reports, when they are asked, and where it goes."""
    rules = queries.rules()
    cadres = [cadre for cadre, _people in options(None).cadres]
    form = RulesForm(rules, cadres, data_sets(), request.POST or None)
    if request.method == "POST":
        _refuse_districts(request)
    if request.method == "POST" and form.is_valid():
        services.save_rules(form.as_rules(), request.user)
        messages.success(request, gettext("The rules were saved."))
        return redirect("stock_rules")
    codes = " ".join(
        f"{product.code} {number}" for product, number in zip(queries.products(), (20, 5), strict=False)
    )
    return render(
        request,
        "outreach/stock/rules.html",
        {"form": form, "example": codes or "mal 20 co 5", "may_edit": _may_edit(request)},
    )


def _may_edit(request: SignedInRequest) -> bool:
    """Products and rules are the whole country's, so a district's officers may look at them alone."""
    return request.user.may("stock.edit") and request.user.whole_country


def _refuse_districts(request: SignedInRequest) -> None:
    if not _may_edit(request):
        raise Http404


def _current(rules: StockRules) -> Period:
    return Period.reported_on(timezone.localdate(), rules.period_type, rules.grace_days)


def _period_in(request: SignedInRequest, rules: StockRules) -> Period:
    try:
        return Period.named(request.GET["period"]) if request.GET.get("period") else _current(rules)
    except ValueError as error:
        raise Http404 from error


def _shown(row: board.Row, product: StockProduct, view: board.View) -> Shown:
    cell = row.cells.get(product.id)
    if cell is None:
        return Shown(words="–")
    if not row.is_facility and view.product is None:
        if not cell.out:
            return Shown(words=_n(0))
        return Shown(words=_n(cell.out), tag=gettext("out"), tone="red")
    words = _n(cell.on_hand)
    if cell.months is not None and cell.on_hand:
        months = number_format(round(cell.months, 1), 1)
        words = gettext("%(number)s (%(months)s months)") % {"number": words, "months": months}
    if row.is_facility and cell.out:
        return Shown(words=words, tag=gettext("Out of stock"), tone="red")
    if row.is_facility and cell.low:
        return Shown(words=words, tag=gettext("Low"), tone="yellow")
    return Shown(words=words)


def _n(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def _href(view: board.View, row: board.Row) -> str:
    if row.is_facility:
        return f"{reverse('stock_facility', args=[row.id])}?{urlencode({'period': view.period.name})}"
    return _address(view, place=row.id)


def _above(request: SignedInRequest, view: board.View) -> dict[str, str] | None:
    """The place above the one that is looked at, as far as the person may see."""
    parent = view.place.parent_id if view.place else None
    if view.place is None or parent is None or view.place.id == request.user.area_id:
        return None
    is_country = len(view.place.path) == board.COUNTY
    return {"name": names_of([parent])[parent], "href": _address(view, place="" if is_country else parent)}


def _query(view: board.View, **other: Any) -> str:
    asked = {
        "place": view.place.id if view.place else "",
        "product": view.product.id if view.product else "",
        "period": view.period.name,
    }
    return urlencode({name: str(value) for name, value in (asked | other).items() if value})


def _address(view: board.View, **other: Any) -> str:
    return f"{reverse('stock')}?{_query(view, **other)}"
