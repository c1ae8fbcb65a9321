"""What a reporter is answered, in the language of the report: what was understood, and what is asked back."""

from collections.abc import Mapping, Sequence
from typing import Final

from mhero.outreach.stock.plausibility import Doubt
from mhero.outreach.texts import grammars
from mhero.outreach.texts.stock import Amount, Asked, Question

#: A text that asks back does not repeat more than this of what it asks about.
LONGEST_QUOTE: Final = 40
MOST_MISSING: Final = 12
#: Of a product's name, so that the question is one SMS with what was noted before it.
LONGEST_NAME: Final = 40

# Accents of French are those of GSM-7 alone, so that an answer stays one SMS: é è ù à, and no ê, ç or î.
_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "recorded": "Recorded for {facility}: {amounts}.",
        "thanks": "Thank you.",
        "missing": "Still missing: {codes}.",
        Asked.NO_NUMBER: "How many {code}?",
        Asked.UNKNOWN_PRODUCT: "No product is called {words}.",
        "perhaps": "No product is called {words}. Is it {code}?",
        Asked.WHICH_NUMBER: "Not clear: {words}.",
        Asked.TWICE: "You told {code} twice.",
        Asked.OTHER_UNIT: "How many {unit} of {code}?",
        Asked.NOTHING: "No product was told.",
        "example": "Send it as: soh {example}",
        "ask": "How many {unit} of {code} ({name})? Answer with a number, or SKIP.",
        Doubt.TOO_MUCH: "{code} {number} is far more than before ({before}).",
        Doubt.TOO_LITTLE: "{code} {number} is far less than before ({before}).",
        Doubt.MORE_THAN_THERE_WAS: "{code}: more was used ({number}) than there was ({before}).",
        Doubt.DOES_NOT_ADD_UP: "{code}: {before} before, with what came and went, is not {number}.",
        "confirm": "If it is right, send the same again.",
        "not_registered": "This number is not registered for stock reports. Ask your supervisor.",
        "no_facility": "We do not know at which facility you work. Ask your supervisor.",
        "not_asked": "Your post does not report stock. Ask your supervisor.",
        "zero": "Stock out at {facility}: {codes}. Reported by {reporter}.",
        "refused": "DHIS2 did not take {codes} of {facility}: {reason}",
        "received": "{code} received {number}",
        "issued": "{code} used {number}",
    },
    "fr": {
        "recorded": "Noté pour {facility} : {amounts}.",
        "thanks": "Merci.",
        "missing": "Il manque encore : {codes}.",
        Asked.NO_NUMBER: "Combien de {code} ?",
        Asked.UNKNOWN_PRODUCT: "Aucun produit ne s'appelle {words}.",
        "perhaps": "Aucun produit ne s'appelle {words}. Est-ce {code} ?",
        Asked.WHICH_NUMBER: "Pas clair : {words}.",
        Asked.TWICE: "Vous avez dit {code} deux fois.",
        Asked.OTHER_UNIT: "Combien de {unit} de {code} ?",
        Asked.NOTHING: "Aucun produit n'est indiqué.",
        "example": "Envoyez ainsi : sdu {example}",
        "ask": "Combien de {unit} de {code} ({name}) ? Répondez par un nombre, ou PASSER.",
        Doubt.TOO_MUCH: "{code} {number}, c'est bien plus qu'avant ({before}).",
        Doubt.TOO_LITTLE: "{code} {number}, c'est bien moins qu'avant ({before}).",
        Doubt.MORE_THAN_THERE_WAS: "{code} : plus a été utilisé ({number}) qu'il n'y avait ({before}).",
        Doubt.DOES_NOT_ADD_UP: "{code} : {before} avant, avec les entrées et sorties, ne fait pas {number}.",
        "confirm": "Si c'est juste, renvoyez le meme message.",
        "not_registered": "Ce numéro n'est pas enregistré pour le stock. Demandez à votre superviseur.",
        "no_facility": "Nous ne savons pas où vous travaillez. Demandez à votre superviseur.",
        "not_asked": "Votre poste ne rapporte pas le stock. Demandez à votre superviseur.",
        "zero": "Rupture à {facility} : {codes}. Signalé par {reporter}.",
        "refused": "DHIS2 n'a pas pris {codes} de {facility} : {reason}",
        "received": "{code} recu {number}",
        "issued": "{code} utilisé {number}",
    },
    "sw": {
        "recorded": "Imepokelewa kwa {facility}: {amounts}.",
        "thanks": "Asante.",
        "missing": "Bado: {codes}.",
        Asked.NO_NUMBER: "{code} ni ngapi?",
        Asked.UNKNOWN_PRODUCT: "Hakuna bidhaa iitwayo {words}.",
        "perhaps": "Hakuna bidhaa iitwayo {words}. Je, ni {code}?",
        Asked.WHICH_NUMBER: "Haieleweki: {words}.",
        Asked.TWICE: "Umetaja {code} mara mbili.",
        Asked.OTHER_UNIT: "{code} ni {unit} ngapi?",
        Asked.NOTHING: "Hakuna bidhaa iliyotajwa.",
        "example": "Tuma hivi: hmk {example}",
        "ask": "{code} ({name}) ni {unit} ngapi? Jibu kwa namba, au RUKA.",
        Doubt.TOO_MUCH: "{code} {number} ni nyingi mno kuliko awali ({before}).",
        Doubt.TOO_LITTLE: "{code} {number} ni kidogo mno kuliko awali ({before}).",
        Doubt.MORE_THAN_THERE_WAS: "{code}: zilizotumika ({number}) ni zaidi ya zilizokuwepo ({before}).",
        Doubt.DOES_NOT_ADD_UP: "{code}: awali {before}, pamoja na zilizoingia na kutoka, si {number}.",
        "confirm": "Kama ni sahihi, tuma tena ujumbe huo huo.",
        "not_registered": "Namba hii haijasajiliwa kwa ripoti za akiba. Muulize msimamizi wako.",
        "no_facility": "Hatujui unafanya kazi kituo gani. Muulize msimamizi wako.",
        "not_asked": "Kada yako hairipoti akiba. Muulize msimamizi wako.",
        "zero": "Akiba imeisha {facility}: {codes}. Ripoti ya {reporter}.",
        "refused": "DHIS2 haikupokea {codes} ya {facility}: {reason}",
        "received": "{code} zimepokelewa {number}",
        "issued": "{code} zimetumika {number}",
    },
}
#: Why DHIS2 refused, by the kinds of `connectors.dhis2.summary`.
_REASONS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "value": "the number cannot be right there. Send it again.",
        "untimely": "the period is closed there.",
        "unit": "your facility may not report it there. Your officer will see to it.",
        "no_unit": "your facility is not known there. Your officer will see to it.",
        "": "it has to be set up there. Your officer will see to it.",
    },
    "fr": {
        "value": "le nombre ne peut pas y etre juste. Renvoyez-le.",
        "untimely": "la période y est close.",
        "unit": "votre structure ne peut pas l'y rapporter. Votre responsable s'en occupe.",
        "no_unit": "votre structure n'y est pas connue. Votre responsable s'en occupe.",
        "": "cela doit y etre configuré. Votre responsable s'en occupe.",
    },
    "sw": {
        "value": "namba hiyo si sahihi huko. Tuma tena.",
        "untimely": "kipindi kimefungwa huko.",
        "unit": "kituo chako hakiwezi kuripoti huko. Afisa wako atashughulikia.",
        "no_unit": "kituo chako hakijulikani huko. Afisa wako atashughulikia.",
        "": "inahitaji kupangwa huko. Afisa wako atashughulikia.",
    },
}
_UNITS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "tablet": "comprimés",
        "capsule": "gélules",
        "sachet": "sachets",
        "bottle": "flacons",
        "vial": "ampoules",
        "dose": "doses",
        "test": "tests",
        "pair": "paires",
        "tube": "tubes",
        "pack": "paquets",
        "box": "boites",
        "piece": "pièces",
    },
    "sw": {
        "tablet": "vidonge",
        "capsule": "kapsuli",
        "sachet": "paketi",
        "bottle": "chupa",
        "vial": "vichupa",
        "dose": "dozi",
        "test": "vipimo",
        "pair": "jozi",
        "tube": "tubu",
        "pack": "pakiti",
        "box": "boksi",
        "piece": "vipande",
    },
}
_PLURALS: Final = {"box": "boxes"}


def say(language: str, key: str, **values: object) -> str:
    return _TEXTS[language][key].format(**values)


def amounts_in_words(language: str, amounts: Sequence[Amount]) -> str:
    """`mal 20, co received 100`."""
    return ", ".join(
        f"{amount.product} {amount.number}"
        if amount.metric == grammars.ON_HAND
        else say(language, amount.metric, code=amount.product, number=amount.number)
        for amount in amounts
    )


def asked_back(language: str, questions: Sequence[Question], units: Mapping[str, str]) -> list[str]:
    """The questions in words, each once. `units`: what products are counted in."""
    return list(dict.fromkeys(_asked(language, question, units) for question in questions))


def _asked(language: str, question: Question, units: Mapping[str, str]) -> str:
    words = question.words[:LONGEST_QUOTE]
    key: str = question.kind
    if question.kind is Asked.UNKNOWN_PRODUCT and question.product:
        key = "perhaps"
    unit = unit_in_words(language, units.get(question.product, ""))
    return say(language, key, words=words, code=question.product, unit=unit)


def unit_in_words(language: str, unit: str) -> str:
    return _UNITS.get(language, {}).get(unit) or _PLURALS.get(unit, f"{unit}s")


def refusal_reason(language: str, kind: str) -> str:
    reasons = _REASONS[language]
    return reasons.get(kind, reasons[""])


def codes_in_words(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:MOST_MISSING])
    return f"{shown} +{len(codes) - MOST_MISSING}" if len(codes) > MOST_MISSING else shown
