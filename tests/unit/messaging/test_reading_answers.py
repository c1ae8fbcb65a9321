"""How answers are understood: each as its writer meant it, or asked again. None is misread."""

import time
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhero.flows.locations import Hierarchy, hierarchy
from mhero.messaging.questions.content import NO, YES, Option, Question, Questions
from mhero.messaging.questions.definition import definition
from mhero.messaging.questions.talk import talk

AT = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
FLOW = UUID("019400a0-0000-7000-8000-000000000001")
AGAIN = "?"
SKIPPED = "Skipped"

STOCK = (
    Option(id="a", label={"eng": "Enough", "fra": "Suffisant"}, also=("plenty",)),
    Option(id="b", label={"eng": "Running low", "fra": "Presque fini"}),
    Option(id="c", label={"eng": "Out of stock", "fra": "Rupture de stock"}, also=("finish", "all finish")),
)
FRIDGE = (
    Option(id="a", label={"eng": "Working", "fra": "Marche"}),
    Option(id="b", label={"eng": "Not working", "fra": "Ne marche pas"}),
    Option(id="c", label={"eng": "Other", "fra": "Autre"}),
)
QUESTIONS = {
    "yes_no": Question(id="q", kind="yes_no", name="Q", text={"eng": "Do you have gloves?"}),
    "stock": Question(id="q", kind="choice", name="Q", text={"eng": "How is the stock?"}, options=STOCK),
    "fridge": Question(id="q", kind="choice", name="Q", text={"eng": "How is the fridge?"}, options=FRIDGE),
    "nurses": Question(id="q", kind="number", name="Q", text={"eng": "How many nurses?"}, least=0, most=2000),
    "litres": Question(
        id="q", kind="number", name="Q", text={"eng": "How many litres?"}, is_whole=False, least=0
    ),
    "month": Question(id="q", kind="number", name="Q", text={"eng": "Which month?"}, least=1, most=12),
    "date": Question(id="q", kind="date", name="Q", text={"eng": "Since when?"}),
    "county": Question(id="q", kind="place", name="Q", text={"eng": "Which county?"}),
    "district": Question(id="q", kind="place", level="district", name="Q", text={"eng": "Which district?"}),
    "facility": Question(id="q", kind="place", level="facility", name="Q", text={"eng": "Which clinic?"}),
    "text": Question(id="q", kind="text", name="Q", text={"eng": "What do you need?"}),
    "skippable": Question(id="q", kind="text", may_skip=True, name="Q", text={"eng": "Anything else?"}),
    "skippable_stock": Question(
        id="q", kind="choice", may_skip=True, name="Q", text={"eng": "How is it?"}, options=STOCK
    ),
}
PLACES = [
    {
        "name": "Liberia",
        "children": [
            {"name": "Bong", "children": [{"name": "Suakoko", "children": [{"name": "Phebe Hospital"}]}]},
            {"name": "Grand Cape Mount", "children": [{"name": "Tewor"}, {"name": "Commonwealth"}]},
            {"name": "Montserrado", "children": [{"name": "Commonwealth"}]},
            {"name": "Nzérékoré", "children": [{"name": "Lola", "children": [{"name": "C.S. de Lola"}]}]},
        ],
    }
]

YES_OR_NO = {
    YES: """1|1.|1)|(1)| 1 |01|1 Yes|1. Yes|1yes|1-yes|1=yes|#1|one|One pls|Option 1|
        option 1 please|number 1|choice 1|Yes|yes|YES|YES!|yes.|Yes pls|Yes please sir|Yess|yesss|yyes|yeah|
        Yea|yep|yup|Yah|y|Y|Y.|Yes oh|yes o|ok yes|Ok, yes|Oh yes|hello yes|Yes it is|yes thank you|
        Yes, we have|Yes we have enough since Monday|yes 1|Yes (1)|yse|eys|oui|Oui|OUI!|Oui svp|oui merci|
        oui s'il vous plait|oui s'il vous plaît|ouii|ouais|o|bien sûr|bien sur|Oui, nous avons tout recu|un|
        1 oui|of course|sure|correct|👍|👍🏾|Yes 👍|ndio|ndiyo|sim|l|I|my answer is yes|Yes yes|Bonjour, oui|
        it is true|yes ma|c'est oui|"Yes"|Yes...|affirmative""",
    NO: """2|2.|2)|(2)| 2|02|2 No|2. no|2no|two|Option 2|number 2|No|no|NO|NO!|no.|No pls|
        noo|nope|nah|n|N.|No oh|no o|Not yet|not yet sir|No sir|No thank you|no thanks|No not yet|non|Non|
        NON|non merci|Non, merci|pas encore|pas du tout|no we don't have|No, we finished|
        No we do not have any|No there is none|no light since Monday|non nous avons tout fini|
        Non, il n'y a rien|2 non|deux|never|jamais|👎|hapana|não|No no|ok no|Bonjour non|No 2|
        no (2)|negative""",
    AGAIN: """|12|3|0|21|1 2|1,2|1 or 2|1/2|yes or no|yes/no|Yes and no|yes no|No yes|No. 1|
        no 1|1 no|2 yes|2 oui|Yes 2|maybe|Maybe yes|not sure|Not yes|I don't know|dont know|no idea|
        No problem|no problem sir|No worries|no longer|Sais pas|je ne sais pas|peut-être|peut-etre oui|
        wrong number|who is this?|No one|Yes but not enough|Yes but no gloves|yes 12 boxes|Yes, 1 box|ok|
        okay|thanks|thank you|hello|good|the nurse is here|kpao|gloves|1st|10|1.5|11|22|oui ou non|
        oui mais pas assez|yes? no?|sometimes|y n|later|noon|nonsense|yesterday|ouistiti|none|no comment|
        yesno|What is this about?|👍👎|two yes|+1 no|10 yes""",
}
STOCK_ANSWERS = {
    "Enough": """1|1.|1)|(1)|option 1|No. 1|no 1|n°1|numéro 1|one|1 Enough|1enough|Enough|enough.|
        ENOUGH!|Enough pls|it is enough|enogh|enouhg|enoughh|suffisant|Suffisant svp|sufisant|suffisante|
        plenty|we are enough|1 - enough|1. Suffisant""",
    "Running low": """2|2.|two|Running low|running low sir|Running-low|running|2 running low|2 running|
        presque fini|Presque|2=Running low|no.2|Bonjour 2|Presque fini merci""",
    "Out of stock": """3|3)|three|trois|out of stock|OUT OF STOCK|Out-of-stock|3 out of stock|3 out|
        rupture de stock|Rupture|finish|All finish|out""",
    AGAIN: """|4|0|12|13|1 2|1 or 2|1,3|1 Running low|2 enough|not enough|Not enough|no enough|
        not running low|low stock|enough or low|stock|pas suffisant|not out of stock|in stock|33|1 and 3|
        nough stock of|we have 3|3 boxes|2 nurses|fini|yes|no|ok|maybe 2|I don't know|rough|of|how?|31|1st|
        2.5|-2 3""",
}
FRIDGE_ANSWERS = {
    "Working": "1|Working|working.|It is working|1 working|marche|Working ok",
    "Not working": "2|not working|Not working.|It is not working|2 not working|ne marche pas|NE MARCHE PAS",
    "Other": "3|other|Other.|autre|3 other|othre",
    AGAIN: """not|no|pas|no working|working not|not other|marche pas bien|1 not working|
        2 working|not workin at all|it is not workin|working or not working|other 2|sometimes working|
        networking|wroking|workin""",
}
NURSES = {
    "12": """12|12 |12.|about 12|About 12 nurses|environ 12|12 nurses|12nurses|we have 12|
        We have 12 pls|nous avons 12 infirmières|it is 12|(12)|=12|012|12 !|Answer: 12|douze|Twelve|TWELVE |
        12 in all""",
    "0": "0|none|None|zero|zéro|nil|aucun|Aucune|rien|0 nurses",
    "1200": "1200|1,200|1,200 nurses",
    "7": "7|seven|sept|7 pls|only 7",
    AGAIN: """|many|12 or 13|12-15|12 to 15|10/12|5 to|less than 5|more than 10|plus de 10|
        moins de 5|1.5|2,5|1.200|1O|l2|2l|2001|-5|2 dozen|5 hundred|5k|3 thousand|12 nurses 3 midwives|
        12 and 3|no 12|not 12|5+|>5|<3|12th|2nd|I don't know 12|deux ou trois|5 or|2 ½|10 times|12,5|
        1 200 300|twelve or so|half|1,2,3|99999999|one or two|demi|12:30|12%%12""",
}
LITRES = {
    "2.5": "2.5|2.5 litres|about 2.5|2.50",
    "3": "3|3 litres|trois",
    AGAIN: "2.5L|2,5|2.500|2.5.1|2 and half|2 et demi|1.5 or 2|half|.|2.5-3|-2.5|a few",
}
MONTH = {"12": "12|douze|12 (December)", "3": "3|march is 3", AGAIN: "13|0|march|0.3|3.5|31"}
DATES = {
    "2026-03-12": """12/03/2026|12/3/2026|12-03-2026|12.03.2026|12/03/26|12 03 2026|2026-03-12|
        2026/03/12|12 March 2026|12 march 26|12th March 2026|12th of March, 2026|12 mars 2026|
        le 12 mars 2026|March 12, 2026|March 12th 2026|on 12/03/2026|12 Mar 2026|12-Mar-2026|12MAR2026|
        since 12/03/2026 pls|12 / 03 / 2026|Mars 12, 2026|It was March 12 2026""",
    "2026-11-24": "today|Today.|aujourd'hui|24/11/2026|this morning",
    "2026-11-23": "yesterday|Yesterday!|hier",
    "2025-08-01": "1 août 2025|1er août 2025|1 aout 2025|01/08/2025|1st August 2025|Aug 1, 2025|1 aug 25",
    "1985-02-28": "28/02/1985|28 fév 85|28 février 1985|Feb 28 1985",
    AGAIN: """|12/03|March|2026|12 March|32/01/2026|30/02/2026|03/25/2026|29/02/2025|
        12/03/2026 or 13/03/2026|last week|Monday|120326|12 marbles 2026|soon|never|12/03/20266|0/0/2026|
        about two weeks ago|12 maybe 2026|not today|12/03/2026 2|1 2|tomorrow""",
}
COUNTIES = {
    "Liberia > Bong": "Bong|bong|BONG|Bong County|bong county pls|I am in Bong|bong.|Bong, Liberia",
    "Liberia > Grand Cape Mount": "Grand Cape Mount|grand cape-mount|GRAND CAPE MOUNT COUNTY|Grandcapemount",
    "Liberia > Nzérékoré": "Nzérékoré|nzerekore|Nzerekore svp|NZÉRÉKORÉ",
    AGAIN: "|Bang|Suakoko|Bong or Lofa|not Bong|near Bong|Liberia|1|Bong and Montserrado|I left Bong|Bongo",
}
DISTRICTS = {
    "Liberia > Bong > Suakoko": "Suakoko|suakoko district|SUAKOKO",
    AGAIN: "Commonwealth|Bong|here",
}
FACILITIES = {
    "Liberia > Bong > Suakoko > Phebe Hospital": "Phebe Hospital|phebe hospital|At Phebe Hospital pls",
    "Liberia > Nzérékoré > Lola > C.S. de Lola": "C.S. de Lola|CS de Lola|cs de lola",
    AGAIN: "Hospital|my clinic|Suakoko",
}
TEXTS = {"chlorine": "chlorine| chlorine ", "skip": "skip", "1": "1", AGAIN: "|   "}
SKIPPABLE = {
    SKIPPED: "skip|SKIP|Skip.|skip pls|pass|passer|Passer svp|PASSER",
    "nothing to skip": "nothing to skip",
    "chlorine": "chlorine",
}
SKIPPABLE_STOCK = {SKIPPED: "skip|Passer", "Enough": "1|enough", AGAIN: "skip 1|skip or 1|0"}

#: Whether the category or the value is what was meant.
TABLES = {
    "yes_no": ({"Yes": YES_OR_NO[YES], "No": YES_OR_NO[NO], AGAIN: YES_OR_NO[AGAIN]}, "category"),
    "stock": (STOCK_ANSWERS, "category"),
    "fridge": (FRIDGE_ANSWERS, "category"),
    "nurses": (NURSES, "value"),
    "litres": (LITRES, "value"),
    "month": (MONTH, "value"),
    "date": (DATES, "day"),
    "county": (COUNTIES, "value"),
    "district": (DISTRICTS, "value"),
    "facility": (FACILITIES, "value"),
    "text": (TEXTS, "value"),
    "skippable": (SKIPPABLE, "value"),
    "skippable_stock": (SKIPPABLE_STOCK, "category"),
}
CASES = [
    (name, answer if not answer.strip() else answer.strip("\n"), meant)
    for name, (table, _) in TABLES.items()
    for meant, answers in table.items()
    for answer in (part.lstrip("\n ") if "\n" in part else part for part in answers.split("|"))
]


@cache
def places() -> Hierarchy:
    return hierarchy(PLACES)


@cache
def flow_of(name: str) -> dict[str, object]:
    whole = Questions(language="eng", translations=("fra",), questions=(QUESTIONS[name],))
    return definition(whole, FLOW, "Questions")


def understood(name: str, answer: str) -> str:
    """What an answer is read as: its category, value or day; AGAIN when the question is asked once more."""
    heard = talk(flow_of(name), [answer], at=AT, locations=places())
    category, value = heard.results["Q"]
    assert (heard.status == "waiting") == (category == "Not understood")
    if category in ("Not understood", SKIPPED):
        return {"Not understood": AGAIN}.get(category, category)
    kind = TABLES[name][1]
    return category if kind == "category" else value[:10] if kind == "day" else value


@pytest.mark.parametrize(("name", "answer", "meant"), CASES)
def test_an_answer_is_read_as_it_was_meant_or_asked_again(name: str, answer: str, meant: str) -> None:
    assert understood(name, answer) == meant


def test_a_long_story_is_asked_again_and_takes_no_time() -> None:
    began = time.process_time()
    for name in ("yes_no", "stock", "nurses", "date", "county"):
        assert understood(name, "the road is bad " * 100) == AGAIN
    assert time.process_time() - began < 2


def test_there_are_many_answers_in_the_table() -> None:
    assert len(CASES) > 400


@given(st.text(max_size=40))
def test_whatever_comes_has_one_reading_and_hurts_nothing(answer: str) -> None:
    for name in ("yes_no", "stock", "nurses", "date"):
        understood(name, answer)


@given(st.integers(0, 9999))
def test_a_number_alone_is_that_number_or_out_of_the_limits(number: int) -> None:
    assert understood("nurses", str(number)) == (str(number) if number <= 2000 else AGAIN)


@given(st.integers(0, 99), st.sampled_from(["", "pls", "thanks sir", "svp", "ok", "merci"]))
def test_a_digit_chooses_its_own_option_alone(digit: int, more: str) -> None:
    labels = dict(enumerate(("Enough", "Running low", "Out of stock"), 1))
    assert understood("stock", f"{digit} {more}") == labels.get(digit, AGAIN)


@given(st.dates(datetime(1951, 1, 1).date(), datetime(2049, 12, 31).date()))  # noqa: DTZ001
def test_a_day_is_read_in_all_its_forms(day) -> None:  # type: ignore[no-untyped-def]
    forms = (
        f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%y}",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%b %d, %Y}",
        str(day),
    )
    assert {understood("date", form) for form in forms} == {str(day)}


@given(
    st.sampled_from(["Yes", "No"]), st.sampled_from(["Yes", "No", "oui", "non", "1", "2", "maybe", "or no"])
)
def test_two_words_that_say_different_things_are_asked_again(one: str, other: str) -> None:
    same = {"Yes": ("Yes", "oui", "1"), "No": ("No", "non", "2")}[one]
    assert understood("yes_no", f"{one} {other}") == (one if other in same else AGAIN)
