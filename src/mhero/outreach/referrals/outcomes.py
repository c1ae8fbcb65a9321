"""Outcomes of which a text may speak: a few common words. Pure.

A facility writes the outcome in its own words, and a diagnosis may be among them. So the text that tells the
sender of it has these words alone, and all others stay on the referral's page.
"""

from collections.abc import Iterable
from typing import Final

from mhero.outreach.texts.words import words

#: How people write each, in all languages and without accents; and how we say it in each.
_WRITTEN: Final = {
    "treated": "treated cured healed well better fine traite traitee gueri guerie soigne soignee ametibiwa "
    "katibiwa amepona kapona mzima",
    "admitted": "admitted admit hospitalise hospitalisee amelazwa kalazwa",
    "home": "home discharged discharge sortie sorti rentre rentree maison nyumbani ameruhusiwa karuhusiwa",
    "delivered": "delivered delivery accouche accouchement accouchee amejifungua kajifungua",
    "referred": "transferred transfer transfere transferee amehamishwa",
    "died": "died dead death passed decede decedee deces morte amefariki kafariki amekufa",
    "follow_up": "followup followups review rendezvous suivi controle marudio ufuatiliaji",
}
_SAID: Final = {
    "en": {
        "treated": "treated",
        "admitted": "admitted",
        "home": "sent home",
        "delivered": "delivered",
        "referred": "transferred",
        "died": "died",
        "follow_up": "needs follow-up",
    },
    "fr": {
        "treated": "soins donnés",
        "admitted": "hospitalisation",
        "home": "retour à la maison",
        "delivered": "accouchement",
        "referred": "transfert",
        "died": "décès",
        "follow_up": "suivi nécessaire",
    },
    "sw": {
        "treated": "ametibiwa",
        "admitted": "amelazwa",
        "home": "ameruhusiwa nyumbani",
        "delivered": "amejifungua",
        "referred": "amehamishwa",
        "died": "amefariki",
        "follow_up": "anahitaji ufuatiliaji",
    },
}
_KINDS: Final = {word: kind for kind, written in _WRITTEN.items() for word in written.split()}
#: After these a word may mean its opposite: "not treated".
_DENIALS: Final = frozenset({"not", "no", "never", "refused", "pas", "non", "jamais", "refuse", "si", "bado"})


def outcomes_in(text: str) -> tuple[str, ...]:
    """The kinds of outcome that a text speaks of; none where it denies something."""
    said = words(text.replace("follow up", "followup").replace("follow-up", "followup"))
    if _DENIALS.intersection(said):
        return ()
    return tuple(dict.fromkeys(_KINDS[word] for word in said if word in _KINDS))


def in_words(kinds: Iterable[str], language: str) -> str:
    return ", ".join(_SAID[language][kind] for kind in kinds)
