"""What health workers and clients are texted about visits, in English, French and Swahili, all in GSM-7.

Names of clients are in texts to health workers only; what clients come for is in neutral words everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mhero.messaging.segments import count
from mhero.outreach.texts.visits import Asked, Question

LONGEST_QUOTE: Final = 40

# Accents of French are those of GSM-7 alone, so that a text stays one SMS: é è ù à, and no ê, ç or î.
_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "registered": "Noted: {client}, {kind} on {day}. Code {code}: send DONE {code} when it is over.",
        "client_told": "The client is texted too.",
        "already": "{client} has a {kind} on {day} already: code {code}.",
        "done": "Thank you. {client} ({code}): done on {day}.",
        "missed": "Noted. {client} ({code}) did not come. When there is a new day: MOVED {code} and the day.",
        "moved": "Noted. {client} ({code}) comes on {day}.",
        "was_done": "{client} ({code}) was done on {day}. For a new visit send VISIT, name and day.",
        "no_code": "No visit of your facility has the code {code}.",
        "not_ahead": "{day} is no day for that. Send MOVED {code} and a day from today on.",
        "not_past": "{day} cannot be right. Send DONE {code}, with a day only if it was not today.",
        "not_registered": "This number is not registered for visits. Ask your supervisor.",
        "no_facility": "We do not know at which facility you work. Ask your supervisor.",
        "over": "{day} is over. Send the day of the next visit.",
        "far": "{day} is more than a year away. Send a nearer day.",
        "bad_number": "{number} is no mobile number here. Send it again with the number, or without one.",
        Asked.NO_CLIENT: "Whose visit? Write the name.",
        Asked.WHICH_CLIENT: "Is {words} the name? Write it before the day, without other words.",
        Asked.ONE_CLIENT: "One text for each client.",
        Asked.NO_DAY: "On which day?",
        Asked.WHICH_DAY: "Which day is {words}? Write the month as a word, such as 12 May.",
        "perhaps": "{words}: {days}? Write the month as a word.",
        Asked.WHICH_NUMBER: "Which number? Send one.",
        Asked.WRONG_CODE: "{words} is no code. Look at it again.",
        Asked.WHICH_NEWS: "Not clear. Send DONE, MISSED or MOVED and the code, such as DONE 4F7K.",
        "example": "Send it as: VISIT Musu Dolo 12 May",
        "or": " or ",
        "today": "Today",
        "ahead": "{day}",
        "late": "Due {day}, no word",
        "reply": "Reply DONE, MISSED or MOVED with the code.",
        "client_ahead": "Reminder: your {kind} at {facility} is on {day}. Send STOP for no more reminders.",
        "client_today": "Reminder: your {kind} at {facility} is today. Send STOP for no more reminders.",
        "client_late": "{facility} expected you on {day}. Come soon, or tell your health worker. "
        "Send STOP for no more reminders.",
    },
    "fr": {
        "registered": "Noté : {client}, {kind} le {day}. Code {code} : envoyez FAIT {code} quand c'est fait.",
        "client_told": "Le client recoit aussi un message.",
        "already": "{client} a déjà {kind} le {day} : code {code}.",
        "done": "Merci. {client} ({code}) : fait le {day}.",
        "missed": "Noté. {client} ({code}) n'est pas venu. Pour un autre jour : REPORTE {code} et le jour.",
        "moved": "Noté. {client} ({code}) vient le {day}.",
        "was_done": "{client} ({code}), fait le {day}. Pour une autre visite : VISITE, le nom et le jour.",
        "no_code": "Aucune visite de votre structure n'a le code {code}.",
        "not_ahead": "{day} ne convient pas. Envoyez REPORTE {code} et un jour à partir d'aujourd'hui.",
        "not_past": "{day} ne peut pas etre juste. Envoyez FAIT {code}, avec un jour si c'était avant.",
        "not_registered": "Ce numéro n'est pas enregistré pour les visites. Demandez à votre superviseur.",
        "no_facility": "Nous ne savons pas où vous travaillez. Demandez à votre superviseur.",
        "over": "{day} est passé. Envoyez le jour de la prochaine visite.",
        "far": "{day} est dans plus d'un an. Envoyez un jour plus proche.",
        "bad_number": "{number} n'est pas un numéro mobile d'ici. Renvoyez avec le bon numéro, ou sans.",
        Asked.NO_CLIENT: "La visite de qui ? Ecrivez le nom.",
        Asked.WHICH_CLIENT: "Le nom est-il {words} ? Ecrivez-le avant le jour, sans autres mots.",
        Asked.ONE_CLIENT: "Un message par client.",
        Asked.NO_DAY: "Quel jour ?",
        Asked.WHICH_DAY: "Quel jour est {words} ? Ecrivez le mois en lettres, comme 12 mai.",
        "perhaps": "{words} : {days} ? Ecrivez le mois en lettres.",
        Asked.WHICH_NUMBER: "Quel numéro ? Envoyez-en un.",
        Asked.WRONG_CODE: "{words} n'est pas un code. Regardez encore.",
        Asked.WHICH_NEWS: "Pas clair. Envoyez FAIT, MANQUE ou REPORTE et le code, comme FAIT 4F7K.",
        "example": "Envoyez ainsi : VISITE Musu Dolo 12 mai",
        "or": " ou ",
        "today": "Aujourd'hui",
        "ahead": "{day}",
        "late": "Prévu {day}, sans nouvelle",
        "reply": "Répondez FAIT, MANQUE ou REPORTE avec le code.",
        "client_ahead": "Rappel : {kind} à {facility} le {day}. Envoyez STOP pour ne plus en recevoir.",
        "client_today": "Rappel : {kind} à {facility} aujourd'hui. Envoyez STOP pour ne plus en recevoir.",
        "client_late": "{facility} vous attendait le {day}. Venez vite, ou parlez à votre agent de santé. "
        "STOP pour ne plus en recevoir.",
    },
    "sw": {
        "registered": "Imepokelewa: {client}, {kind} tarehe {day}. Namba {code}: tuma TAYARI {code} ikiisha.",
        "client_told": "Mteja pia atapata ujumbe.",
        "already": "{client} tayari ana {kind} tarehe {day}: namba {code}.",
        "done": "Asante. {client} ({code}): imefanyika {day}.",
        "missed": "Imepokelewa. {client} ({code}) amekosa. Kukiwa na siku mpya: SOGEZA {code} na siku.",
        "moved": "Imepokelewa. {client} ({code}) atakuja {day}.",
        "was_done": "{client} ({code}) ilifanyika {day}. Kwa ziara mpya tuma ZIARA, jina na siku.",
        "no_code": "Hakuna ziara ya kituo chako yenye namba {code}.",
        "not_ahead": "{day} haifai. Tuma SOGEZA {code} na siku kuanzia leo.",
        "not_past": "{day} si sahihi. Tuma TAYARI {code}, na siku kama haikuwa leo.",
        "not_registered": "Namba hii haijasajiliwa kwa ziara. Muulize msimamizi wako.",
        "no_facility": "Hatujui unafanya kazi kituo gani. Muulize msimamizi wako.",
        "over": "{day} imepita. Tuma siku ya ziara ijayo.",
        "far": "{day} ni zaidi ya mwaka. Tuma siku ya karibu.",
        "bad_number": "{number} si namba ya simu ya hapa. Tuma tena na namba sahihi, au bila namba.",
        Asked.NO_CLIENT: "Ziara ya nani? Andika jina.",
        Asked.WHICH_CLIENT: "Je, {words} ni jina? Liandike kabla ya siku, bila maneno mengine.",
        Asked.ONE_CLIENT: "Ujumbe mmoja kwa kila mteja.",
        Asked.NO_DAY: "Siku gani?",
        Asked.WHICH_DAY: "{words} ni siku gani? Andika mwezi kwa neno, kama 12 Mei.",
        "perhaps": "{words}: {days}? Andika mwezi kwa neno.",
        Asked.WHICH_NUMBER: "Namba ipi? Tuma moja.",
        Asked.WRONG_CODE: "{words} si namba ya ziara. Angalia tena.",
        Asked.WHICH_NEWS: "Haieleweki. Tuma TAYARI, AMEKOSA au SOGEZA na namba, kama TAYARI 4F7K.",
        "example": "Tuma hivi: ZIARA Musu Dolo 12 Mei",
        "or": " au ",
        "today": "Leo",
        "ahead": "{day}",
        "late": "Ilikuwa {day}, hakuna habari",
        "reply": "Jibu TAYARI, AMEKOSA au SOGEZA na namba.",
        "client_ahead": "Kumbusho: {kind} yako {facility} ni {day}. Tuma STOP kusitisha.",
        "client_today": "Kumbusho: {kind} yako {facility} ni leo. Tuma STOP kusitisha.",
        "client_late": "{facility} ilikutarajia {day}. Njoo mapema, au mwambie mhudumu wako. STOP kusitisha.",
    },
}
_MONTHS: Final = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "déc"),
    "sw": ("Jan", "Feb", "Mac", "Apr", "Mei", "Jun", "Jul", "Ago", "Sep", "Okt", "Nov", "Des"),
}
_WEEKDAYS: Final = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    "sw": ("Jtatu", "Jnne", "Jtano", "Alh", "Iju", "Jmosi", "Jpili"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One visit in a reminder to a health worker."""

    client: str
    kind: str
    code: str
    due_on: date


def say(language: str, key: str, **values: object) -> str:
    return _TEXTS[language][key].format(**values)


def day_in_words(language: str, day: date, today: date | None = None) -> str:
    """ "Tue 12 May", with the year where that is not this one."""
    words = f"{_WEEKDAYS[language][day.weekday()]} {day.day} {_MONTHS[language][day.month - 1]}"
    return words if today and day.year == today.year else f"{words} {day.year}"


def asked_back(language: str, questions: Sequence[Question], today: date) -> list[str]:
    """The questions in words, each once."""
    return list(dict.fromkeys(_asked(language, question, today) for question in questions))


def _asked(language: str, question: Question, today: date) -> str:
    key: str = question.kind
    if question.kind is Asked.WHICH_DAY and len(question.days) > 1:
        key = "perhaps"
    days = say(language, "or").join(day_in_words(language, day, today) for day in question.days)
    return say(language, key, words=question.words[:LONGEST_QUOTE], days=days)


def reminders(language: str, lines: Iterable[Line], today: date) -> list[tuple[str, list[int]]]:
    """The texts that remind of visits, as few as hold them in one SMS each, with the places of their lines.

    The days are headings: "Today: check-up Musu Dolo 4F7K, visit Sia Toe 8HXM. Thu 14 May: …".
    """
    lines = list(lines)
    texts: list[tuple[str, list[int]]] = []
    held: list[int] = []
    order = sorted(range(len(lines)), key=lambda place: (lines[place].due_on, lines[place].client))
    for place in order:
        more = _reminder(language, [lines[one] for one in [*held, place]], today)
        if held and count(more).segments > 1:
            texts.append((_reminder(language, [lines[one] for one in held], today), held))
            held = []
        held = [*held, place]
    if held:
        texts.append((_reminder(language, [lines[one] for one in held], today), held))
    return texts


def _reminder(language: str, lines: Sequence[Line], today: date) -> str:
    by_day: dict[date, list[str]] = {}
    for line in lines:
        by_day.setdefault(line.due_on, []).append(f"{line.kind} {line.client} {line.code}")
    parts = [f"{_heading(language, day, today)}: {', '.join(said)}." for day, said in by_day.items()]
    return " ".join([*parts, say(language, "reply")])


def _heading(language: str, day: date, today: date) -> str:
    key = "today" if day == today else "late" if day < today else "ahead"
    return say(language, key, day=day_in_words(language, day, today))


def to_client(language: str, kind: str, facility: str, day: date, today: date) -> str:
    key = "client_today" if day == today else "client_late" if day < today else "client_ahead"
    return say(language, key, kind=kind, facility=facility, day=day_in_words(language, day, today))
