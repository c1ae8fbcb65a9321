"""The list of people, one person, and what can be put right about them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.platform.languages import language_name
from mhero.platform.phones import in_words
from mhero.registry import queries, services
from mhero.registry.errors import NotAUsableNumber
from mhero.registry.filters import WORKING_CHOICES, PeopleFilter
from mhero.registry.forms import LanguageForm, NumberForm, languages_offered
from mhero.registry.lists import listed
from mhero.registry.models import Origin, Person, PhoneState, Version


@requires("people.view")
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    area = request.user.area_id
    chosen = PeopleFilter.of(request.GET)
    matching = chosen.of_these(queries.people_of(area))
    page = listed(matching, request, chosen.query)
    record_audit("people.listed", "people", request=request, people=len(page.rows))
    place_name = queries.names_of([chosen.place]).get(chosen.place, "") if chosen.place else ""
    where = queries.place_words(page.rows)
    return render(
        request,
        "registry/people.html",
        {
            "rows": [(person, where.get(person.id, "")) for person in page.rows],
            "page": page,
            "total": matching.count(),
            "anybody": bool(page.rows) or queries.people_of(area).exists(),
            "chosen": chosen,
            "chips": chosen.chips(place_name),
            "place_name": place_name,
            "places": queries.places_tree(area),
            "cadres": queries.cadres_of(area),
            "phone_states": PhoneState.choices,
            "working_choices": WORKING_CHOICES,
            "sees_numbers": request.user.may("people.numbers"),
            "may_export": request.user.may("people.export"),
        },
    )


@requires("people.view")
@require_GET
def person(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    one = _within_area(request, person_id)
    record_audit("people.viewed", f"person {one.id}", request=request, people=1)
    return _person_page(request, one)


@requires("people.edit")
@require_POST
def person_number(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    one = _within_area(request, person_id)
    form = NumberForm(request.POST)
    if form.is_valid():
        try:
            number = services.correct_number(one.id, form.cleaned_data["number"], request.user)
        except NotAUsableNumber as error:
            form.add_error("number", str(error))
        else:
            record_audit("people.corrected", f"person {one.id}", request=request, people=1, what="number")
            said = gettext("The number was corrected.") if number else gettext("The correction was removed.")
            messages.success(request, said)
            return redirect("person", person_id=one.id)
    return _person_page(request, one, number_form=form)


@requires("people.edit")
@require_POST
def person_language(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    one = _within_area(request, person_id)
    form = LanguageForm(request.POST, known=languages_offered(one))
    if form.is_valid():
        services.correct_language(one.id, form.cleaned_data["language"], request.user)
        record_audit("people.corrected", f"person {one.id}", request=request, people=1, what="language")
        messages.success(request, gettext("The language was corrected."))
        return redirect("person", person_id=one.id)
    return _person_page(request, one, language_form=form)


def _within_area(request: SignedInRequest, person_id: UUID) -> Person:
    people = queries.people_of(request.user.area_id).select_related("place")
    return get_object_or_404(people, id=person_id)


def _person_page(
    request: SignedInRequest,
    one: Person,
    number_form: NumberForm | None = None,
    language_form: LanguageForm | None = None,
) -> HttpResponse:
    region = workspace().country_code
    numbers = [(number, in_words(number.reason, region)) for number in one.numbers.order_by("rank")]
    versions = Version.objects.filter(resource_id=one.id).order_by("-id")[:20]
    return render(
        request,
        "registry/person.html",
        {
            "person": one,
            "where": queries.place_words([one]).get(one.id, ""),
            "roles": one.roles.select_related("place").order_by("-is_active", "-start", "id"),
            "numbers": numbers,
            "languages": [language_name(code) for code in one.languages],
            "origins": Origin.objects.filter(resource_id=one.id).order_by("id"),
            "versions": versions,
            "corrections": one.corrections.order_by("-id")[:20],
            "form": number_form if number_form and number_form.errors else language_form,
            "number_form": number_form or NumberForm(initial={"number": one.phone_correction}),
            "language_form": language_form
            or LanguageForm(initial={"language": one.language_correction}, known=languages_offered(one)),
            "sees_numbers": request.user.may("people.numbers"),
            "may_edit": request.user.may("people.edit"),
            "may_read_messages": request.user.may("inbox.view"),
        },
    )
