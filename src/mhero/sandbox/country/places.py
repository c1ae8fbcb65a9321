"""Liberia's fifteen counties and their districts, by name.

Populations are about those of the 2022 census. A county's point is near its middle and its reach is
about the radius in degrees of a circle that stays within it, so that a made-up facility lands in the
right county. The districts' points are spread over that circle: their names are real, their positions are
not surveyed.
"""

from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Final

_GOLDEN_ANGLE: Final = pi * (3 - sqrt(5))


@dataclass(frozen=True, kw_only=True, slots=True)
class District:
    #: The county's code and a number: "LR-BG-03".
    code: str
    name: str
    county_code: str
    latitude: float
    longitude: float
    #: How far from its point, in degrees, a facility of the district may lie.
    reach: float


@dataclass(frozen=True, kw_only=True, slots=True)
class County:
    #: ISO 3166-2.
    code: str
    name: str
    population: int
    latitude: float
    longitude: float
    reach: float
    #: ISO 639-3 code of the language that most people there speak beside English.
    language: str
    districts: tuple[District, ...]


def _county(
    code: str,
    name: str,
    population: int,
    point: tuple[float, float],
    reach: float,
    language: str,
    districts: str,
) -> County:
    names = districts.split(", ")
    latitude, longitude = point
    made = []
    for number, district in enumerate(names):
        # A sunflower's seeds: evenly spread over the circle whatever their count.
        distance = 0.75 * reach * sqrt((number + 0.5) / len(names))
        angle = number * _GOLDEN_ANGLE
        made.append(
            District(
                code=f"{code}-{number + 1:02d}",
                name=district,
                county_code=code,
                latitude=round(latitude + distance * sin(angle), 5),
                longitude=round(longitude + distance * cos(angle), 5),
                reach=reach * 0.22,
            )
        )
    return County(
        code=code,
        name=name,
        population=population,
        latitude=latitude,
        longitude=longitude,
        reach=reach,
        language=language,
        districts=tuple(made),
    )


COUNTIES: Final[tuple[County, ...]] = (
    _county("LR-BM", "Bomi", 134_000, (6.80, -10.80), 0.16, "gol", "Dowein, Klay, Senjeh, Suehn Mecca"),
    _county(
        "LR-BG",
        "Bong",
        468_000,
        (6.95, -9.55),
        0.38,
        "kpe",
        "Fuamah, Jorquelleh, Kokoyah, Kpaai, Panta, Salala, Sanoyea, Suakoko, Zota",
    ),
    _county(
        "LR-GP", "Gbarpolu", 96_000, (7.40, -10.25), 0.35, "kpe", "Belleh, Bokomu, Bopolu, Gbarma, Kongba"
    ),
    _county(
        "LR-GB",
        "Grand Bassa",
        294_000,
        (6.20, -9.80),
        0.28,
        "bsq",
        "Buchanan, Commonwealth, District 1, District 2, District 3, District 4, Neekreen, Owensgrove, "
        "St. John River",
    ),
    _county(
        "LR-CM",
        "Grand Cape Mount",
        179_000,
        (6.98, -11.05),
        0.20,
        "vai",
        "Commonwealth, Garwula, Golakonneh, Porkpa, Tewor",
    ),
    _county(
        "LR-GG",
        "Grand Gedeh",
        217_000,
        (5.92, -8.20),
        0.33,
        "kpe",
        "B'hai, Cavala, Gbao, Gboe-Ploe, Glio-Twarbo, Konobo, Putu, Tchien",
    ),
    _county(
        "LR-GK",
        "Grand Kru",
        109_000,
        (4.78, -8.20),
        0.15,
        "klu",
        "Barclayville, Buah, Dorbor, Forpoh, Garraway, Grand Cess, Jraoh, Trehn",
    ),
    _county(
        "LR-LO",
        "Lofa",
        367_000,
        (8.08, -9.85),
        0.32,
        "lom",
        "Foya, Kolahun, Quardu Boundi, Salayea, Vahun, Voinjama, Zorzor",
    ),
    _county("LR-MG", "Margibi", 305_000, (6.50, -10.25), 0.17, "kpe", "Firestone, Gibi, Kakata, Mambah-Kaba"),
    _county(
        "LR-MY",
        "Maryland",
        173_000,
        (4.68, -7.72),
        0.18,
        "grb",
        "Gwelekpoken, Harper, Karluway 1, Karluway 2, Nyorken, Pleebo-Sodoken, Whojah",
    ),
    _county(
        "LR-MO",
        "Montserrado",
        1_921_000,
        (6.48, -10.62),
        0.15,
        "kpe",
        "Bushrod, Careysburg, Central Monrovia, Commonwealth, Somalia Drive, St. Paul River, Todee",
    ),
    _county(
        "LR-NI",
        "Nimba",
        622_000,
        (6.85, -8.70),
        0.40,
        "mev",
        "Bain-Garr, Buu-Yao, Doe, Gbehlay-Geh, Gbi and Doru, Kparblee, Leewehpea-Mahn, Saclepea-Mah, "
        "Sanniquellie-Mah, Tappita, Twan River, Yarmein, Yarpea-Mahn, Yarwein-Mehnsonnoh, Zoe-Gbao",
    ),
    _county(
        "LR-RI",
        "Rivercess",
        91_000,
        (5.85, -9.35),
        0.25,
        "bsq",
        "Bearwor, Central Rivercess, Doedain, Fen River, Jo River, Norwein, Sam Gbalor, Zartlahn",
    ),
    _county(
        "LR-RG",
        "River Gee",
        125_000,
        (5.25, -7.85),
        0.25,
        "grb",
        "Chedepo, Gbeapo, Glaro, Karforh, Nanee, Nyenawliken, Nyenebo, Potupo, Sarbo, Tuobo",
    ),
    _county(
        "LR-SI",
        "Sinoe",
        150_000,
        (5.35, -8.75),
        0.32,
        "klu",
        "Bodae, Bokon, Butaw, Dugbe River, Greenville, Jaedae, Jeadepo, Juarzon, Kpayan, Kulu Shaw Boe, "
        "Plahn Nyarn, Pynes Town, Sanquin 1, Sanquin 2, Sanquin 3, Seekon, Wedjah",
    ),
)
