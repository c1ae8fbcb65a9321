"""Names as people in Liberia bear them, and made-up names of places."""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN: Final = _words(
    """
    Musu Korto Hawa Fatu Mamie Kebbeh Yassah Garmai Lorpu Kou Tetee Oretha Comfort Patience Martha
    Princess Esther Ruth Mary Sarah Grace Bendu Siah Finda Nowai Nyamah Jartu Tenneh Wokie Kumba
    Louise Decontee Marthaline Juah Nancy Victoria Cecelia Annie Rebecca Roseline Miatta Massa Boima
    Satta Jebbeh Yamah Gorpu Neyor Ciatta Watta
    """
)

MEN: Final = _words(
    """
    Flomo Mulbah Sumo Saah Tamba Varney Boakai Momo Abraham Emmanuel Prince Joseph James Moses
    Samuel Peter Alexander Varfee Nyan Saye Zaza Yarkpawolo Togar Blamo Wleh Teah Jerry Amos
    Augustine Alfred Sekou Foday Lansana Daniel David Isaac John Thomas Titus Wilmot Aaron Boimah
    Arthur Kpehe Dahn Gonkarnue Karnley Morlu Philip Robert
    """
)

FAMILIES: Final = _words(
    """
    Kollie Flomo Mulbah Sumo Johnson Williams Cooper Dolo Kerkulah Tokpah Gbowee Paye Saye Weah
    Nyumah Kamara Massaquoi Fahnbulleh Gray Harris Davis Toe Wesseh Doe Nagbe Sackie Karmo Kpadeh
    Gaye Yarkpah Tarpeh Bility Konneh Dukuly Sheriff Kromah Jallah Zubah Freeman Brown Clarke Gibson
    Dennis Morris Zayzay Gbessagee Siakor Sieh Teah Wreh Duo Gono Mendin Karnga Vesselee Borbor
    Kennedy Tweh Seh Barlee Momolu Golafale Lavela Korvah Ballah
    """
)

#: Names that stock iHRIS refuses, with an accent, a hyphen or an apostrophe. Life has them all the same.
UNUSUAL_FAMILIES: Final = ("Kpadé", "Toé-Williams", "N'Guessan", "Saint-Louis", "Koné", "Cooper-Harris")

_STARTS: Final = _words(
    """
    Gbon Kpay Zor Bel Gan Tap Wea Yar Dua Fla Gbeh Kor Nye Pal Sin Tolo Vah Wor Zai Bar Dio Foe Gar
    Kola Lor Nim
    """
)

_ENDS: Final = _words("ta lah town la wein pue kai yea zon tee ville mai dee bah kpo")

COMMUNITIES: Final = tuple(start + end for start in _STARTS for end in _ENDS)
