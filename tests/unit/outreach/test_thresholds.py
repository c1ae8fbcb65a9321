"""Adding up what places reported, and what of it is news."""

from uuid import UUID

import pytest

from mhero.outreach.alerts.thresholds.adding import at_level, is_news, over, plain_number, put_in

COUNTRY, BONG, SUAKOKO, ZOTA, PHEBE, CUTTINGTON, GBALA = (UUID(int=number) for number in range(1, 8))
PATHS = {
    BONG: [COUNTRY, BONG],
    SUAKOKO: [COUNTRY, BONG, SUAKOKO],
    PHEBE: [COUNTRY, BONG, SUAKOKO, PHEBE],
    CUTTINGTON: [COUNTRY, BONG, SUAKOKO, CUTTINGTON],
    GBALA: [COUNTRY, BONG, ZOTA, GBALA],
}
REPORTED = {PHEBE: 3.0, CUTTINGTON: 4.0, GBALA: 1.0, SUAKOKO: 2.0, BONG: 5.0, UUID(int=99): 8.0}


@pytest.mark.parametrize(
    ("level", "sums"),
    [
        # What a county reports of itself belongs to none of its districts.
        (2, {BONG: 15.0}),
        (3, {SUAKOKO: 9.0, ZOTA: 1.0}),
        (4, {PHEBE: 3.0, CUTTINGTON: 4.0, GBALA: 1.0}),
    ],
)
def test_what_is_reported_counts_for_the_place_that_it_is_in(level: int, sums: dict[UUID, float]) -> None:
    assert at_level(REPORTED, PATHS, level) == sums


def test_the_limit_itself_is_over_it_and_the_highest_comes_first() -> None:
    assert list(over({PHEBE: 5, GBALA: 4.9, ZOTA: 12}, 5).items()) == [(ZOTA, 12), (PHEBE, 5)]


@pytest.mark.parametrize(
    ("before", "number", "factor", "news"),
    [(6, 12, 2, True), (6, 11, 2, False), (6, 6, 1, False), (6, 60, None, False), (6, 9, 1.5, True)],
)
def test_only_a_number_that_rose_by_the_factor_is_news(
    before: float, number: float, factor: float | None, news: bool
) -> None:
    assert is_news(before, number, factor) is news


def test_a_text_says_what_was_raised_and_nothing_of_a_name_is_read_as_a_variable() -> None:
    values = {"place": "Zota @contact.name", "number": "7", "limit": "5", "period": "août 2026"}
    text = put_in("@place: @number (limit @limit) in @period. Write to a@number.org, @numbers.", values)
    expected = "Zota @@contact.name: 7 (limit 5) in aout 2026. Write to a@number.org, @numbers."
    assert text == expected


@pytest.mark.parametrize(("number", "words"), [(7.0, "7"), (2.5, "2.5"), (0.0, "0")])
def test_a_number_is_written_as_people_do(number: float, words: str) -> None:
    assert plain_number(number) == words
