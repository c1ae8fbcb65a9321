"""Places are found as people write them."""

from mhero.flows.locations import DISTRICT, STATE, WARD, hierarchy

LIBERIA = hierarchy(
    [
        {
            "name": "Liberia",
            "children": [
                {"name": "Bong", "children": [{"name": "Central", "children": [{"name": "Gbarnga"}]}]},
                {
                    "name": "Grand Gedeh",
                    "aliases": ["Gedeh"],
                    "children": [{"name": "Central"}, {"name": "Kpété-Town"}],
                },
            ],
        }
    ]
)


def test_a_place_is_found_by_its_path() -> None:
    ward = LIBERIA.find("liberia>BONG > Central >gbarnga")
    assert ward is not None
    assert (ward.level, ward.path) == (WARD, "Liberia > Bong > Central > Gbarnga")
    assert LIBERIA.find("Liberia > Gbarnga") is None


def test_a_place_is_found_by_its_name_or_alias() -> None:
    assert [place.name for place in LIBERIA.find_by_name("grand  gedeh", STATE)] == ["Grand Gedeh"]
    assert [place.name for place in LIBERIA.find_by_name("GEDEH", STATE)] == ["Grand Gedeh"]
    assert LIBERIA.find_by_name("Central", STATE) == []


def test_accents_and_signs_do_not_matter() -> None:
    assert [place.name for place in LIBERIA.find_by_name("kpete town", DISTRICT)] == ["Kpété-Town"]
    assert LIBERIA.find_by_name("!", DISTRICT) == []


def test_a_name_may_be_that_of_several_places() -> None:
    (gedeh,) = LIBERIA.find_by_name("gedeh", STATE)
    assert len(LIBERIA.find_by_name("central", DISTRICT)) == 2
    assert [place.path for place in LIBERIA.find_by_name("central", DISTRICT, gedeh)] == [
        "Liberia > Grand Gedeh > Central"
    ]
