"""What comes into the registry, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One record of a source."""

    #: The source's own key, such as `Practitioner/123`. Never a phone number.
    key: str
    #: One of the FHIR resource types that the registry keeps.
    type: str
    #: FHIR R4; its references are the source's own, such as `Location/9`.
    body: Mapping[str, Any]
    #: What the connector found not quite right, in words.
    warnings: Sequence[str] = ()
    #: The source and key of a record of another source that is the same thing.
    same_as: tuple[str, str] | None = None


@dataclass(kw_only=True, slots=True)
class TakenIn:
    """How many of the records were what. Each record is counted once, in one of these."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Changed from in use to not in use.
    deactivated: int = 0
    #: Key, the reason in words, and the record: what cannot come in.
    refused: list[tuple[str, str, Any]] = field(default_factory=list)
    #: Key and warnings of what came in with some.
    warned: list[tuple[str, list[str]]] = field(default_factory=list)
