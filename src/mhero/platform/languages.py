"""What languages are called, those of the countries that use mHero included."""

from typing import Final

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language

#: Languages which the Unicode tables have no name for, by ISO 639-3.
LOCAL: Final = {
    "bsq": "Bassa",
    "dnj": "Dan (Gio)",
    "gkp": "Kpelle (Guinea)",
    "gol": "Gola",
    "klu": "Klao",
    "kqs": "Kissi (Northern)",
    "krn": "Sapo",
    "kss": "Kissi (Southern)",
    "lom": "Loma",
    "mev": "Mano",
    "mku": "Maninka",
}


def language_name(code: str) -> str:
    """The language's name in the language of the page, such as "French" for `fr`; else the code itself."""
    try:
        language = Locale.parse(code, sep="-").language
    except (UnknownLocaleError, ValueError):
        language = code.lower()
    names = Locale.parse((get_language() or "en").replace("-", "_")).languages
    name = str(names.get(language) or LOCAL.get(language) or code)
    return name[:1].upper() + name[1:] if name != code else code
