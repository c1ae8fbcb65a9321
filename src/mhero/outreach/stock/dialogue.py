"""Stock told product by product: who names none is asked for each that is missing, one after the other.

What is asked is written in the transaction of the text that asks it, so a worker that dies in between has
asked nothing.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from mhero.messaging.commands import CommandSaid, ask_back, ask_no_more
from mhero.outreach.stock.models import StockProduct, StockQuestion
from mhero.outreach.texts import grammars
from mhero.outreach.texts.stock import StockReader, StockReading
from mhero.outreach.texts.words import words

COMMAND: Final = "stock"
#: Nobody counts for longer without a word.
OPEN_FOR: Final = timedelta(hours=1)
_KEYWORD: Final = grammars.STOCK["en"][grammars.ON_HAND][0]


def open_question(said: CommandSaid) -> StockQuestion | None:
    questions = StockQuestion.objects.select_related("product")
    return questions.filter(contact_id=said.contact.id, until__gt=said.received_at).first()


def ask(said: CommandSaid, product: StockProduct, language: str) -> None:
    """The sender's next text is the amount of this product, unless it says something else."""
    until = said.received_at + OPEN_FOR
    StockQuestion.objects.update_or_create(
        contact_id=said.contact.id, defaults={"product": product, "language": language, "until": until}
    )
    ask_back(COMMAND, said.contact.id, until)


def end(said: CommandSaid) -> None:
    StockQuestion.objects.filter(contact_id=said.contact.id).delete()
    ask_no_more(COMMAND, said.contact.id)


def skips(text: str) -> bool:
    return " ".join(words(text)) in grammars.SKIP


def is_enough(text: str) -> bool:
    return " ".join(words(text)) in grammars.ENOUGH


def read_answer(reader: StockReader, question: StockQuestion, text: str) -> StockReading:
    """The answer as the report that it stands for."""
    reading = reader.read(f"{_KEYWORD} {question.product.code} {text}") or StockReading(language="")
    return replace(reading, language=question.language)
