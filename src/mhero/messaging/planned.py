"""What will be sent again and again, for the list of sends: whoever plans it hands in how to list it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mhero.accounts.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    name: str
    #: Its own page.
    url: str
    next_at: datetime
    #: In words.
    how_often: str
    by: str


_list: list[Callable[[User], list[Planned]]] = []


def list_with(*reads: Callable[[User], list[Planned]]) -> None:
    """Sets how they are listed; called at the start of a process."""
    _list[:] = reads


def planned(user: User) -> list[Planned]:
    """Those that the person may see, the soonest first."""
    found = [one for read in _list for one in read(user)]
    return sorted(found, key=lambda one: one.next_at)
