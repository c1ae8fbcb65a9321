"""The languages in which the product itself writes to health workers."""

from typing import Final

#: ISO 639-3, as contacts have it, and what people of the registry have.
_LANGUAGES: Final = {"eng": "en", "fra": "fr", "swa": "sw", "swh": "sw", "en": "en", "fr": "fr", "sw": "sw"}


def language_of(contact: str, said: str = "") -> str:
    """The language to answer in: that of the text, else the person's own; English where we have no texts."""
    return said or _LANGUAGES.get(contact, "en")
