"""Checks of single fields of a definition, in the words that name the field and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mhero.flows.errors import InvalidDefinition

Json = dict[str, Any]

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)
_NOT_IN_A_KEY = re.compile(r"\W+")
#: The name of an HTTP header is a token of RFC 9110, section 5.6.2.
HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")


class Checks:
    """Collects what is wrong with one object, so that a reader sees all of it at once."""

    def __init__(self, data: Json) -> None:
        self.data = data
        self.problems: list[str] = []

    def fail(self, problem: str) -> None:
        self.problems.append(problem)

    def required(self, *names: str) -> None:
        for name in names:
            if self.data.get(name) in (None, "", [], {}):
                self.fail(f"field '{name}' is required")

    def uuid(self, *names: str) -> None:
        for name in names:
            value = self.data.get(name)
            if value in (None, ""):
                self.fail(f"field '{name}' is required")
            elif not is_uuid(value):
                self.fail(f"field '{name}' must be a valid UUID")

    def text(self, name: str, *, longest: int | None = None) -> None:
        value = self.data.get(name)
        if value is None:
            return
        if not isinstance(value, str):
            self.fail(f"field '{name}' must be text")
        elif longest is not None and len(value) > longest:
            self.fail(f"field '{name}' must be less than or equal to {longest}")

    def texts(self, name: str, *, most: int | None = None, longest: int | None = None) -> None:
        values = self.data.get(name)
        if values is None:
            return
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.fail(f"field '{name}' must be a list of texts")
            return
        if most is not None and len(values) > most:
            self.fail(f"field '{name}' must have a maximum of {most} items")
        for index, value in enumerate(values):
            if longest is not None and len(value) > longest:
                self.fail(f"field '{name}[{index}]' must be less than or equal to {longest}")

    def one_of(self, name: str, values: tuple[str, ...], what: str) -> None:
        value = self.data.get(name)
        if value in (None, ""):
            self.fail(f"field '{name}' is required")
        elif value not in values:
            self.fail(f"field '{name}' is not a valid {what}")

    def reference(self, name: str, *, needed: bool = True, key: str = "uuid") -> None:
        value = self.data.get(name)
        if value is None:
            if needed:
                self.fail(f"field '{name}' is required")
            return
        self._reference(name, value, key)

    def references(self, name: str, *, most: int = 100) -> None:
        values = self.data.get(name)
        if values is None:
            return
        if not isinstance(values, list):
            self.fail(f"field '{name}' must be a list")
            return
        if len(values) > most:
            self.fail(f"field '{name}' must have a maximum of {most} items")
        for index, value in enumerate(values):
            path = f"{name}[{index}]"
            if isinstance(value, dict) and value.get("name_match"):
                if not isinstance(value["name_match"], str):
                    self.fail(f"field '{path}.name_match' must be text")
                continue
            self._reference(path, value, "uuid")

    def _reference(self, path: str, value: Any, key: str) -> None:
        if not isinstance(value, dict):
            self.fail(f"field '{path}' must be an object")
            return
        identity, name = value.get(key), value.get("name")
        if identity in (None, "") or not isinstance(identity, str):
            self.fail(f"field '{path}.{key}' is required")
        elif key == "uuid" and not is_uuid(identity):
            self.fail(f"field '{path}.uuid' must be a valid UUID")
        if name is not None and (not isinstance(name, str) or len(name) > 64):
            self.fail(f"field '{path}.name' must be less than or equal to 64")

    def named(self, *names: str) -> None:
        """Each is an object of texts, where it is there: a reference to what mHero has none of."""
        for name in names:
            value = self.data.get(name)
            known = value is None or (
                isinstance(value, dict)
                and all(text is None or isinstance(text, str) for text in value.values())
            )
            if not known:
                self.fail(f"field '{name}' must be an object of texts")

    def result_name(self, name: str = "result_name") -> None:
        value = self.data.get(name)
        if value not in (None, "") and not is_result_name(value):
            self.fail(f"field '{name}' is not a valid result name")

    def done(self) -> None:
        """Raises everything that was found wrong as one error."""
        if self.problems:
            raise InvalidDefinition(", ".join(self.problems))


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and UUID.match(value) is not None


def is_result_name(value: object) -> bool:
    """Whether this is a name of at most 64 characters that begins with a letter or number or underscore."""
    return isinstance(value, str) and len(value) <= 64 and snakify(value).strip("_") != ""


def snakify(name: str) -> str:
    """The key of a result's name: "Favorite Color" becomes "favorite_color"."""
    return _NOT_IN_A_KEY.sub("_", name.strip().lower())[:64]


def an_object(value: object, what: str) -> Json:
    if not isinstance(value, dict):
        raise InvalidDefinition(f"{what} must be an object")
    return value


def mapping(value: object) -> Json:
    """The object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def a_list(value: object, what: str, *, most: int | None = None) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidDefinition(f"{what} must be a list")
    if most is not None and len(value) > most:
        raise InvalidDefinition(f"{what} must have a maximum of {most} items")
    return value


@contextmanager
def within(place: str) -> Iterator[None]:
    """Puts the place before the message of an error raised inside, as in `invalid node[uuid=…]: …`."""
    try:
        yield
    except InvalidDefinition as error:
        raise type(error)(f"{place}: {error}") from error
