"""The announcement as it is proposed, in the languages in which the product writes. One SMS each."""

from typing import Final

from mhero.messaging.segments import BASIC, simplified
from mhero.outreach.languages import language_of

#: They must not ask for an answer: an announcement is no question.
_SEVERAL: Final = {
    "en": "{sender}: tomorrow we will ask you {asks} short questions by SMS. They help us to plan. "
    "Replies are free.",
    "fr": "{sender} : demain nous vous poserons {asks} courtes questions par SMS. Elles nous aident à "
    "planifier. Vos réponses sont gratuites.",
    "sw": "{sender}: kesho tutakuuliza maswali mafupi {asks} kwa SMS. Yanatusaidia kupanga. Majibu ni bure.",
}
_ONE: Final = {
    "en": "{sender}: tomorrow we will ask you a short question by SMS. It helps us to plan. "
    "Replies are free.",
    "fr": "{sender} : demain nous vous poserons une courte question par SMS. Elle nous aide à planifier. "
    "Votre réponse est gratuite.",
    "sw": "{sender}: kesho tutakuuliza swali fupi moja kwa SMS. Linatusaidia kupanga. Jibu ni bure.",
}
#: So many characters of a name leave the text one SMS.
_ROOM: Final = 40


def announcement(language: str, *, sender: str, asks: int) -> str:
    """`language` is ISO 639-3; English for those in which we have no words."""
    texts = _ONE if asks == 1 else _SEVERAL
    # One letter that phones write in another alphabet would make two SMS of it.
    plain = "".join(letter for letter in simplified(sender) if letter in BASIC)
    return texts[language_of(language)].format(sender=" ".join(plain.split())[:_ROOM].strip(), asks=asks)
