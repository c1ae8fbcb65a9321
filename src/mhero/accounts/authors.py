"""Who does something: a member of the team, or another system that may."""

from dataclasses import dataclass

from mhero.accounts.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """Another system, let in by the exchange. It has no account and no area; its role says what it may do."""

    #: As the audit trail names it: its client id.
    email: str
    #: What the team calls it; pages show it.
    name: str = ""
    id: None = None
    area_id: None = None


Author = User | Machine


def signature(author: Author) -> str:
    """How pages name who made something."""
    return (author.name if isinstance(author, Machine) else "") or author.email
