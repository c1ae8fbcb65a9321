import os
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")

BOMI = UUID("00000000-0000-4000-8000-000000000001")
BONG = UUID("00000000-0000-4000-8000-000000000002")

# What addresses and JSON have signs for, and letters beyond ASCII.
words = st.lists(st.text("ab é&=+;%/#\"'\\", min_size=1, max_size=10).map(str.strip), max_size=5)


@pytest.fixture(scope="module", autouse=True)
def _settings() -> None:
    import django

    django.setup()


@given(cadres=words, places=st.lists(st.uuids(), max_size=5), skills=words, languages=words, genders=words)
def test_a_filter_survives_its_address_and_its_json(
    cadres: list[str], places: list[UUID], skills: list[str], languages: list[str], genders: list[str]
) -> None:
    from django.http import QueryDict

    from mhero.outreach.audience import Filter

    said = {
        "cadres": cadres,
        "places": [str(place) for place in places],
        "skills": skills,
        "languages": languages,
        "genders": genders,
    }
    chosen = Filter.from_json(said)
    assert Filter.from_json(chosen.to_json()) == chosen
    assert Filter.from_query(QueryDict(chosen.to_query())) == chosen


def test_the_order_of_choosing_makes_no_other_filter() -> None:
    from django.http import QueryDict

    from mhero.outreach.audience import Filter

    one = Filter.from_query(QueryDict("cadre=Nurse&cadre=Midwife&cadre=Nurse&language="))
    other = Filter.from_query(QueryDict("cadre=Midwife&cadre=Nurse&page=3"))
    assert one == other
    assert not one.is_everyone
    assert Filter().is_everyone


@pytest.mark.parametrize(
    "query",
    [
        "place=bomi",
        "place=1&place=00000000-0000-4000-8000-000000000001",
        "cadre=%00",
        "cadre=" + "x" * 400,
        "&".join(f"cadre={n}" for n in range(501)),
    ],
)
def test_what_cannot_be_read_is_refused_and_never_widens_the_choice(query: str) -> None:
    from django.http import QueryDict

    from mhero.outreach.audience import Filter
    from mhero.outreach.errors import FilterNotUnderstood

    with pytest.raises(FilterNotUnderstood):
        Filter.from_query(QueryDict(query))


@pytest.mark.parametrize("body", [{"place": []}, {"cadres": "Nurse"}, {"cadres": [3]}, {"places": None}])
def test_json_of_another_shape_is_refused(body: dict[str, object]) -> None:
    from mhero.outreach.audience import Filter
    from mhero.outreach.errors import FilterNotUnderstood

    with pytest.raises(FilterNotUnderstood):
        Filter.from_json(body)


def test_a_filter_is_said_in_one_line() -> None:
    from mhero.outreach.audience import Filter
    from mhero.outreach.words import describe

    names = {BOMI: "Bomi", BONG: "Bong"}
    assert describe(Filter(), names) == "All health workers"
    chosen = Filter(cadres=("Midwife", "Nurse"), places=(BOMI, BONG), genders=("female",), languages=("fr",))
    assert describe(chosen, names) == "Midwife and Nurse in Bomi and Bong; speaking French; Women"
    many = Filter(cadres=("A", "B", "C", "D", "E"))
    assert describe(many, names) == "A, B, C, and 2 others"
    assert describe(Filter(places=(BOMI,)), {}) == "All health workers in a place that is gone"
