"""Phone problems: how many of each kind, who has them, and what to do about it."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.platform.phones import in_words
from mhero.registry import queries
from mhero.registry.filters import PeopleFilter
from mhero.registry.lists import listed
from mhero.registry.models import Person, PhoneNumber, PhoneState

#: What an officer does about each problem.
WHAT_TO_DO: dict[str, str | Promise] = {
    PhoneState.MISSING: _("Ask for the number and enter it in iHRIS, or correct it on the person's page."),
    PhoneState.INVALID: _(
        "Compare the digits with the person's own records. One is often missing or doubled."
    ),
    PhoneState.SHARED: _(
        "Ask whose number it is. Until then one text goes to it, and not one for each person."
    ),
    PhoneState.AMBIGUOUS: _(
        "The first number of the field is used. Put the others into fields of their own."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One person with a problem, as the list shows it."""

    person: Person
    where: str
    #: Each number's own text, and what is wrong with it in words.
    numbers: list[tuple[str, str]]
    what_to_do: str | Promise


@requires("people.view")
@require_GET
def phone_problems(request: SignedInRequest) -> HttpResponse:
    area = request.user.area_id
    asked = PeopleFilter.of(request.GET)
    # A problem is somebody's who works; the file has the same rows.
    chosen = PeopleFilter(place=asked.place, phone=asked.phone if asked.phone in WHAT_TO_DO else "")
    everybody = PeopleFilter(place=chosen.place).of_these(queries.people_of(area))
    counted = queries.phone_states_of(everybody)
    page = listed(with_problems(everybody, chosen), request, chosen.query)
    record_audit("people.listed", "phone problems", request=request, people=len(page.rows))
    place_name = queries.names_of([chosen.place]).get(chosen.place, "") if chosen.place else ""
    return render(
        request,
        "registry/phone_problems.html",
        {
            "problems": problems(page.rows),
            "page": page,
            "bars": [
                (
                    PhoneState(state).label,
                    counted[state],
                    f"?{PeopleFilter(place=chosen.place, phone=state).query}",
                )
                for state in WHAT_TO_DO
            ],
            "people": sum(counted.values()),
            "usable": counted[PhoneState.USABLE],
            "total": counted[chosen.phone] if chosen.phone else sum(counted[state] for state in WHAT_TO_DO),
            "chosen": chosen,
            "chips": chosen.chips(place_name),
            "places": queries.places_tree(area),
            "states": [(state, PhoneState(state).label) for state in WHAT_TO_DO],
            "sees_numbers": request.user.may("people.numbers"),
            "may_export": request.user.may("people.export"),
        },
    )


def with_problems(everybody: QuerySet[Person], chosen: PeopleFilter) -> QuerySet[Person]:
    return everybody.filter(phone_state__in=[chosen.phone] if chosen.phone else list(WHAT_TO_DO))


def problems(people: list[Person]) -> list[Problem]:
    region = workspace().country_code
    where = queries.place_words(people)
    numbers: dict[object, list[tuple[str, str]]] = {}
    for number in PhoneNumber.objects.filter(person__in=people).order_by("person_id", "rank"):
        why = in_words(number.reason, region) or str(number.get_problem_display() if number.problem else "")
        numbers.setdefault(number.person_id, []).append((number.raw, why))
    return [
        Problem(
            person=person,
            where=where.get(person.id, ""),
            numbers=numbers.get(person.id, []),
            what_to_do=WHAT_TO_DO[person.phone_state],
        )
        for person in people
    ]
