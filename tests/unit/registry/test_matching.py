"""Which places of two sources are the same."""

from uuid import UUID

import pytest

from mhero.registry.matching import Candidate, merges


def place(
    n: int,
    name: str,
    parent: int | None = None,
    *,
    source: str = "ihris",
    facility: bool = False,
    code: str = "",
) -> Candidate:
    return Candidate(
        id=UUID(int=n),
        name=name,
        parent=UUID(int=parent) if parent else None,
        is_facility=facility,
        sources=frozenset({source}),
        identifiers=frozenset({code} if code else ()),
        since=n,
    )


def numbers(same: dict[UUID, UUID]) -> dict[int, int]:
    return {other.int: one.int for other, one in same.items()}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Bong", "Bong County"),
        ("River Cess", "Rivercess"),
        ("Grand Gedeh County", "grand gedeh"),
        ("St. John River", "St John River"),
        ("Guékédou", "Gueckedou".replace("ck", "k")),
        ("Préfecture de Kindia", "de Kindia"),
    ],
)
def test_a_county_is_the_same_however_it_is_spelled(ours: str, theirs: str) -> None:
    same = merges(
        [
            place(1, "Liberia"),
            place(2, ours, 1),
            place(3, "Republic of Liberia", source="dhis2"),
            place(4, theirs, 3, source="dhis2"),
        ]
    )
    assert numbers(same) == {3: 1, 4: 2}


def test_the_elder_of_two_keeps_its_identifier_whichever_source_it_is_from() -> None:
    same = merges([place(2, "Liberia"), place(1, "Liberia", source="dhis2")])
    assert numbers(same) == {2: 1}


def test_two_districts_of_one_name_in_different_counties_stay_two() -> None:
    same = merges(
        [
            place(1, "Bong"),
            place(2, "Commonwealth", 1),
            place(3, "Lofa", source="dhis2"),
            place(4, "Commonwealth", 3, source="dhis2"),
        ]
    )
    assert same == {}


def test_two_records_of_one_source_are_never_one_place() -> None:
    assert merges([place(1, "Bong"), place(2, "Bong County")]) == {}


def test_a_facility_is_matched_by_its_whole_name_or_its_code() -> None:
    same = merges(
        [
            place(1, "Bong"),
            place(2, "Phebe Clinic", 1, facility=True),
            place(3, "Gbarnga H/C", 1, facility=True, code="MFR-0042"),
            place(4, "Phebe Hospital", 1, facility=True, source="dhis2"),
            place(5, "phebe  clinic", 1, facility=True, source="dhis2"),
            place(6, "Gbarnga Health Center", 1, facility=True, source="dhis2", code="MFR-0042"),
        ]
    )
    assert numbers(same) == {5: 2, 6: 3}


def test_an_orphan_matches_nobody() -> None:
    assert merges([place(1, "Bong", 77), place(2, "Bong", 78, source="dhis2")]) == {}
