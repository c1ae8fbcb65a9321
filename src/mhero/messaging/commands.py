"""Commands: texts that another room understands, such as a stock report, whoever sends them and whenever.

A command claims a text while it is taken in, after STOP and before conversations. The text then waits in a
row of its own, is taken once, in the order of arrival, and is answered in the same transaction.

A command that asks somebody back may have their next texts too, whatever they say: `ask_back`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, runtime_checkable
from uuid import UUID

import psycopg

from mhero.messaging.models import CommandDialogue, Contact
from mhero.platform.ids import derived_id


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandSaid:
    """A text for a command, and who sent it."""

    message_id: UUID
    contact: Contact
    text: str
    received_at: datetime


class Command(Protocol):
    @property
    def name(self) -> str: ...

    def claims(self, text: str) -> bool:
        """Whether the text is for this command. Pure, and quick: it is asked of every text that comes in."""
        ...

    def take(self, said: CommandSaid) -> str | None:
        """Does what the text asks, by Django's models, in the transaction that forgets it; gives the answer.

        An empty answer is not sent. None means that the text is not for the command after all: then it waits
        in the inbox for a person, as it does when this raises again and again.
        """
        ...


@runtime_checkable
class AnswerCommand(Command, Protocol):
    """A command for answers: what it claims is for it only when it waits for the sender's answer.

    Other commands are asked first.
    """

    async def awaited(
        self, connection: psycopg.AsyncConnection, said: Sequence[tuple[str, str]]
    ) -> Collection[tuple[str, str]]:
        """Of (number, text) pairs that it claims, those that it waits for, in the transaction that takes
        them in."""
        ...


#: Filled by `register` as the rooms' `tasks` modules are imported.
REGISTERED: Final[dict[str, Command]] = {}


def register(command: Command) -> None:
    if command.name in REGISTERED:
        raise RuntimeError(f"there is a command called {command.name} already")
    REGISTERED[command.name] = command


def claiming(text: str) -> str:
    """The name of the command that claims the text whoever sent it; empty when none does."""
    return next(
        (
            command.name
            for command in REGISTERED.values()
            if not isinstance(command, AnswerCommand) and command.claims(text)
        ),
        "",
    )


def answer_commands() -> list[AnswerCommand]:
    return [command for command in REGISTERED.values() if isinstance(command, AnswerCommand)]


def ask_back(command: str, contact_id: UUID, until: datetime) -> None:
    """Until then the contact's texts are for this command, but for those that say STOP or another command."""
    values = {"command": command, "until": until}
    CommandDialogue.objects.update_or_create(contact_id=contact_id, defaults=values)


def ask_no_more(command: str, contact_id: UUID) -> None:
    CommandDialogue.objects.filter(contact_id=contact_id, command=command).delete()


def answer_of(message_id: UUID) -> tuple[object, ...]:
    """What the answer to a command's text is about; see `services.notices.notice`."""
    return (message_id, "answer")


def answer_id(said: CommandSaid) -> UUID:
    """The message that answers a command's text."""
    return derived_id(said.received_at, *answer_of(said.message_id))
