"""What the figures say to do, in sentences; only where chance is an unlikely reason for the difference."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext

from mhero.outreach.reaching.figures import hour_words, label_of, of_words
from mhero.outreach.reaching.hours import WINDOW, Best
from mhero.outreach.reaching.queries import Counted
from mhero.outreach.reaching.shares import FEW, NOBODY, Share, differ

#: Counties of which the page speaks; the table below has them all.
MOST_COUNTIES: Final = 3
#: More questions than these are many.
FEW_QUESTIONS: Final = 3


def advice(counted: Counted, hours: Mapping[str, Best]) -> list[str]:
    found = [*_hours(hours), *_announced(counted), *_length(counted), *_questions(counted)]
    return [*found, *_operator(counted), *_language(counted), *_again(counted)]


def _hours(hours: Mapping[str, Best]) -> list[str]:
    found = []
    told = [(county, best) for county, best in hours.items() if best.is_told_apart]
    told.sort(key=lambda item: (item[0] != "", -item[1].within.asked))
    for county, best in told[: MOST_COUNTIES + 1]:
        facts = {
            "county": county,
            "from": hour_words(best.hour),
            "until": hour_words(best.hour + WINDOW),
            "within": of_words(best.within),
            "others": of_words(best.others),
        }
        sentence = (
            gettext(
                "%(county)s answers most between %(from)s and %(until)s: %(within)s, against %(others)s at "
                "other hours. Use this hour."
            )
            if county
            else gettext(
                "People answer most between %(from)s and %(until)s: %(within)s, against %(others)s at other "
                "hours. Ask each county at its best hour."
            )
        )
        found.append(sentence % facts)
    return found


def _announced(counted: Counted) -> list[str]:
    shares = counted.by.get("was_announced", {})
    told, not_told = shares.get("true", NOBODY), shares.get("false", NOBODY)
    if not _is_better(told, not_told):
        return []
    return [
        gettext(
            "An announcement helps: %(told)s answered after one, against %(not_told)s without. Announce your "
            "questions on the day before."
        )
        % {"told": of_words(told), "not_told": of_words(not_told)}
    ]


def _length(counted: Counted) -> list[str]:
    shares = counted.by.get("parts", {})
    short = shares.get("1", NOBODY)
    long = sum((share for parts, share in shares.items() if parts != "1"), NOBODY)
    if not _is_better(short, long):
        return []
    return [
        gettext(
            "Short questions get more answers: %(short)s in one SMS, against %(long)s in longer ones. Keep "
            "the first question within one SMS."
        )
        % {"short": of_words(short), "long": of_words(long)}
    ]


def _questions(counted: Counted) -> list[str]:
    shares = counted.by.get("questions", {})
    few = sum((share for number, share in shares.items() if int(number) <= FEW_QUESTIONS), NOBODY)
    many = sum(shares.values(), NOBODY) - few
    if not _is_better(few, many):
        return []
    return [
        gettext(
            "Fewer questions are answered to the end more often: %(few)s with %(most)s or fewer, against "
            "%(many)s with more. Ask only what you need."
        )
        % {"few": of_words(few), "many": of_words(many), "most": FEW_QUESTIONS}
    ]


def _operator(counted: Counted) -> list[str]:
    known = {name: share for name, share in counted.by.get("operator", {}).items() if name}
    enough = sorted((item for item in known.items() if item[1].asked >= FEW), key=lambda item: item[1].value)
    if len(enough) < 2 or not differ(enough[0][1], enough[-1][1]):
        return []
    (worst, few), (best, many) = enough[0], enough[-1]
    return [
        gettext(
            "%(best)s customers answer more than those of %(worst)s: %(many)s, against %(few)s. Ask "
            "%(worst)s whether replies are free, and how many messages are late."
        )
        % {"best": best, "worst": worst, "many": of_words(many), "few": of_words(few)}
    ]


def _language(counted: Counted) -> list[str]:
    shares = {code: share for code, share in counted.by.get("language", {}).items() if code}
    whole = sum(shares.values(), NOBODY)
    found = []
    for code, share in shares.items():
        if _is_better(whole - share, share):
            found.append(
                gettext(
                    "People who speak %(language)s answer less: %(own)s, against %(others)s of the others. "
                    "Write your questions in %(language)s too."
                )
                % {
                    "language": label_of("language", code),
                    "own": of_words(share),
                    "others": of_words(whole - share),
                }
            )
    return found[:1]


def _again(counted: Counted) -> list[str]:
    again = counted.by.get("is_reask", {}).get("true", NOBODY)
    if again.asked < FEW or not again.answered:
        return []
    return [
        gettext("Asking once more brings answers: %(again)s who were silent at first. Ask once more.")
        % {"again": of_words(again)}
    ]


def _is_better(one: Share, other: Share) -> bool:
    return one.value > other.value and differ(one, other)
