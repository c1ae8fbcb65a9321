"""The conversations of a round: questions with what depends on which answer, in three languages.

Pure. They become flows as an officer's own questions do, so answers are understood in the same ways.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from mhero.flows.definition.checks import snakify
from mhero.messaging.questions.content import Condition, Option, Question, Questions
from mhero.messaging.questions.definition import definition
from mhero.outreach.validation.kinds import RoundKind, Subject

Json = dict[str, Any]
Texts = Mapping[str, str]

#: The field of a contact that holds the numbered list of a facility's people.
STAFF_LIST: Final = "staff_list"
CHECK, WRONG, MORE = "check", "wrong", "more"
YES, SOMETHING, NOT_ME, NOTHING = "yes", "something", "not_me", "nothing"
OPEN, PAUSED, CLOSED = "open", "paused", "closed"
#: A second correction in the same conversation.
AGAIN: Final = "2"
WAITS_HOURS: Final = 72

# Accents of French are those of GSM-7 alone: é è ù à.
# Whoever has no post or no facility is not told of an empty one.
_WHO: Final = '@contact.name@(if(fields.job = "", "", ", " & fields.job))'
_THERE: Final = '@(if(fields.facility = "", "", ", " & fields.facility))'
_AT: Final = '@(if(fields.facility = "", "", " at " & fields.facility))'
_TEXTS: Final[dict[str, Texts]] = {
    CHECK: {
        "eng": f"Ministry of Health: are you {_WHO}{_AT}?",
        "fra": f"Ministère de la santé : etes-vous {_WHO}{_THERE} ?",
        "swa": f"Wizara ya Afya: je, wewe ni {_WHO}{_THERE}?",
    },
    WRONG: {"eng": "What is wrong?", "fra": "Qu'est-ce qui est faux ?", "swa": "Kipi si sahihi?"},
    MORE: {
        "eng": "Thank you. Is something else wrong?",
        "fra": "Merci. Autre chose est faux ?",
        "swa": "Asante. Kuna kingine kisicho sahihi?",
    },
    Subject.NAME: {
        "eng": "Write your full name.",
        "fra": "Ecrivez votre nom complet.",
        "swa": "Andika jina lako kamili.",
    },
    Subject.JOB: {
        "eng": "What is your post? Write it in words.",
        "fra": "Quel est votre poste ? Ecrivez-le en toutes lettres.",
        "swa": "Cheo chako ni nini? Kiandike kwa maneno.",
    },
    Subject.PLACE: {
        "eng": "At which facility do you work now? Write its name.",
        "fra": "Dans quelle structure travaillez-vous maintenant ? Ecrivez son nom.",
        "swa": "Unafanya kazi kituo gani sasa? Andika jina lake.",
    },
    Subject.PHONE: {
        "eng": "Write the mobile phone number on which you want our messages.",
        "fra": "Ecrivez le numéro de portable pour nos messages.",
        "swa": "Andika namba ya simu unayotaka kupokea ujumbe wetu.",
    },
    Subject.STATUS: {
        "eng": "Ministry of Health: is @fields.facility open?",
        "fra": "Ministère de la santé : @fields.facility est-elle ouverte ?",
        "swa": "Wizara ya Afya: je, @fields.facility iko wazi?",
    },
    Subject.WORK: {
        "eng": f"Our list of @fields.facility: @fields.{STAFF_LIST}. Who has left? "
        "Send the numbers, such as 1 3, or 0 for nobody.",
        "fra": f"Notre liste de @fields.facility : @fields.{STAFF_LIST}. Qui est parti ? "
        "Envoyez les numéros, comme 1 3, ou 0 pour personne.",
        "swa": f"Orodha yetu ya @fields.facility: @fields.{STAFF_LIST}. Nani ameondoka? "
        "Tuma namba, kama 1 3, au 0 kama hakuna.",
    },
    Subject.NEWCOMER: {
        "eng": "Who works there and is not on the list? Write the full names, or 0 for nobody.",
        "fra": "Qui y travaille sans etre sur la liste ? Ecrivez les noms complets, ou 0 pour personne.",
        "swa": "Nani anafanya kazi hapo na hayuko kwenye orodha? Andika majina, au 0 kama hakuna.",
    },
    Subject.SERVICES: {
        "eng": "Which services does it offer now? Write them, or 0 if nothing has changed.",
        "fra": "Quels services offre-t-elle maintenant ? Ecrivez-les, ou 0 si rien n'a changé.",
        "swa": "Inatoa huduma gani sasa? Ziandike, au 0 kama hakuna kilichobadilika.",
    },
    Subject.PLACE_PHONE: {
        "eng": "What is the facility's phone number? Write it, or 0 if it has none.",
        "fra": "Quel est le numéro de la structure ? Ecrivez-le, ou 0 si elle n'en a pas.",
        "swa": "Namba ya simu ya kituo ni ipi? Iandike, au 0 kama haina.",
    },
}
_OPTIONS: Final[dict[str, Texts]] = {
    YES: {"eng": "Yes", "fra": "Oui", "swa": "Ndiyo"},
    SOMETHING: {"eng": "Something is wrong", "fra": "Quelque chose est faux", "swa": "Kuna kosa"},
    NOT_ME: {"eng": "Not me", "fra": "Ce n'est pas moi", "swa": "Si mimi"},
    NOTHING: {"eng": "No", "fra": "Non", "swa": "Hapana"},
    Subject.NAME: {"eng": "Name", "fra": "Nom", "swa": "Jina"},
    Subject.JOB: {"eng": "Post", "fra": "Poste", "swa": "Cheo"},
    Subject.PLACE: {"eng": "Facility", "fra": "Structure", "swa": "Kituo"},
    Subject.PHONE: {"eng": "Phone number", "fra": "Téléphone", "swa": "Namba ya simu"},
    OPEN: {"eng": "Open", "fra": "Ouverte", "swa": "Wazi"},
    PAUSED: {"eng": "Closed for now", "fra": "Fermée pour le moment", "swa": "Imefungwa kwa sasa"},
    CLOSED: {"eng": "Closed for good", "fra": "Fermée pour toujours", "swa": "Imefungwa kabisa"},
}
#: Other words that mean an option; few, as a router has room for a hundred cases. A bare "no" may mean
#: either of two, and is asked back.
_ALSO: Final[dict[str, tuple[str, ...]]] = {
    YES: ("that is me", "it is me", "i am", "correct", "c'est moi", "ni mimi"),
    SOMETHING: ("wrong", "not correct"),
    NOT_ME: ("wrong number", "wrong person", "i am not"),
}
_THANKS: Final[Texts] = {
    "eng": "Thank you. The ministry will look at it.",
    "fra": "Merci. Le ministère va l'examiner.",
    "swa": "Asante. Wizara itaangalia.",
}
LANGUAGES: Final = ("fra", "swa")


def flow_of(kind: str, parts: Sequence[str], flow_id: UUID, name: str) -> Json:
    """The definition of a round's flow."""
    return definition(questions_of(kind, parts), flow_id, name)


def questions_of(kind: str, parts: Sequence[str]) -> Questions:
    asked = _of_people(parts) if kind == RoundKind.PEOPLE else _of_in_charges(parts)
    return Questions(
        language="eng",
        translations=LANGUAGES,
        thanks=_THANKS,
        repeats=1,
        waits_hours=WAITS_HOURS,
        questions=tuple(asked),
    )


def key_of(question_id: str) -> str:
    """Under which a run keeps the answer."""
    return snakify(question_id)


def chosen(question_id: str, category: str) -> str:
    """The option of a question, from the category of a result; empty for an answer that is none."""
    whole = {
        CHECK: (YES, SOMETHING, NOT_ME),
        Subject.STATUS: (OPEN, PAUSED, CLOSED),
    }.get(question_id, (NOTHING, *_PEOPLE_PARTS))
    return next((option for option in whole if _OPTIONS[option]["eng"] == category), "")


_PEOPLE_PARTS: Final = (Subject.NAME, Subject.JOB, Subject.PLACE, Subject.PHONE)


def _of_people(parts: Sequence[str]) -> Iterator[Question]:
    asked = [part for part in _PEOPLE_PARTS if part in parts]
    yield _choice(CHECK, (YES, SOMETHING, NOT_ME))
    wrong = Condition(question=CHECK, answers=(SOMETHING,))
    if len(asked) == 1:
        yield _open(asked[0], only_if=wrong)
        return
    yield _choice(WRONG, asked, only_if=wrong)
    yield from (_open(part, only_if=Condition(question=WRONG, answers=(part,))) for part in asked)
    # The digits of the parts are the same as in the question before.
    yield _choice(MORE, (*asked, NOTHING), only_if=wrong)
    for part in asked:
        yield _open(part, AGAIN, only_if=Condition(question=MORE, answers=(part,)))


def _of_in_charges(parts: Sequence[str]) -> Iterator[Question]:
    yield _choice(Subject.STATUS, (OPEN, PAUSED, CLOSED))
    open_ = Condition(question=Subject.STATUS, answers=(OPEN, PAUSED))
    if Subject.WORK in parts:
        yield _open(Subject.WORK, only_if=open_)
        yield _open(Subject.NEWCOMER, only_if=open_)
    for part in (Subject.SERVICES, Subject.PLACE_PHONE):
        if part in parts:
            yield _open(part, only_if=open_)


def _choice(id: str, options: Sequence[str], only_if: Condition | None = None) -> Question:
    return Question(
        id=id,
        kind="choice",
        text=_TEXTS[id],
        name=id,
        options=tuple(
            Option(id=option, label=_OPTIONS[option], also=_ALSO.get(option, ())) for option in options
        ),
        only_if=only_if,
    )


def _open(part: str, suffix: str = "", *, only_if: Condition) -> Question:
    return Question(
        id=f"{part}{suffix}", kind="text", text=_TEXTS[part], name=f"{part}{suffix}", only_if=only_if
    )
