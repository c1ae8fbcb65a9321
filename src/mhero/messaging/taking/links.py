"""People whom a channel knows by an address of its own: `tg:` and a chat of Telegram.

Until they share their number the address stands as their number, and they are a contact that nobody knows.
"""

from dataclasses import replace

import psycopg

from mhero.messaging.channels import SCHEMES
from mhero.messaging.taking.received import Received
from mhero.messaging.taking.statements import (
    ADD_UNKNOWN,
    CARRY_OPT_OUTS,
    LINK,
    MOVE_MESSAGES,
    NUMBERS_OF_ADDRESSES,
    QUIET,
)
from mhero.platform.ids import derived_id
from mhero.platform.phones import clean


def is_address(sender: str) -> bool:
    return sender.partition(":")[0] in SCHEMES


async def take_links(connection: psycopg.AsyncConnection, links: list[Received], country_code: str) -> None:
    """Notes whose each address is: what was said under it is theirs, and so is a wish to be left alone."""
    numbers = {
        link.payload["from"]: (cleaned[0].number, link)
        for link in links
        if (cleaned := clean(link.payload["number"][:40], country_code)) and cleaned[0].number
    }
    if not numbers:
        return
    wanted = {
        "addresses": list(numbers),
        "numbers": [number for number, _ in numbers.values()],
        "ids": [derived_id(link.received_at, link.id, "contact") for _, link in numbers.values()],
        "now": links[-1].received_at,
    }
    for statement in (ADD_UNKNOWN, LINK, MOVE_MESSAGES, CARRY_OPT_OUTS, QUIET):
        await connection.execute(statement, wanted)


async def with_numbers(connection: psycopg.AsyncConnection, batch: list[Received]) -> list[Received]:
    """The batch with the number in place of each address whose owner is known."""
    addresses = {each.payload["from"] for each in batch if is_address(each.payload["from"])}
    if not addresses:
        return batch
    cursor = await connection.execute(NUMBERS_OF_ADDRESSES, {"addresses": list(addresses)})
    numbers: dict[str, str] = dict(await cursor.fetchall())
    return [
        replace(each, payload=each.payload | {"from": numbers[each.payload["from"]]})
        if each.payload["from"] in numbers
        else each
        for each in batch
    ]
