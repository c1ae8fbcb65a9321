"""Objects that are built as far as they are used: most templates need little of their context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from mhero.flows.excellent.values import MISSING, XObject

T = TypeVar("T")
Builders = dict[str, Callable[..., object]]


class LazyObject(XObject):
    """An object that asks for its properties when the first of them is used."""

    __slots__ = ("_fill",)

    def __init__(self, fill: Callable[[], Mapping[str, object]], *, default: object = MISSING) -> None:
        super().__init__(default=default)
        self._fill: Callable[[], Mapping[str, object]] | None = fill

    def _filled(self) -> LazyObject:
        if self._fill is not None:
            fill, self._fill = self._fill, None
            self.update(fill())
        return self

    def get(self, key: str, default: object = None) -> object:
        """The property of this name."""
        if self._fill is not None:
            self._filled()
        return super().get(key, default)

    def __getitem__(self, key: str) -> object:
        self._filled()
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._filled()
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._filled()
        return super().__iter__()

    def __len__(self) -> int:
        self._filled()
        return super().__len__()

    def keys(self):  # type: ignore[no-untyped-def]
        """The properties' names."""
        self._filled()
        return super().keys()

    def items(self):  # type: ignore[no-untyped-def]
        """The properties."""
        self._filled()
        return super().items()

    def values(self):  # type: ignore[no-untyped-def]
        """The properties' values."""
        self._filled()
        return super().values()


class OnDemand(LazyObject):
    """An object that builds each property when that is asked for, and all of them when they are listed."""

    __slots__ = ("_builders", "_source")

    def __init__(self, builders: Builders, source: tuple[Any, ...], *, default: object) -> None:
        # Set without the constructors above: several of these are made in every sprint.
        self._default = default
        self._fill = self._rest
        self._builders = builders
        self._source = source

    def get(self, key: str, default: object = None) -> object:
        """The property of this name."""
        found = dict.get(self, key, self)
        if found is not self:
            return found
        build = self._builders.get(key)
        if build is None:
            return super().get(key, default)
        value = build(*self._source)
        dict.__setitem__(self, key, value)
        return value

    def _rest(self) -> Mapping[str, object]:
        return {
            key: build(*self._source)
            for key, build in self._builders.items()
            if not dict.__contains__(self, key)
        }


class OneByOne(LazyObject, Generic[T]):
    """An object that builds each property from what has the same key; as text, their lines in order."""

    __slots__ = ("_build", "_line", "_sources")

    def __init__(self, sources: dict[str, T], build: Callable[[T], object], line: Callable[[T], str]) -> None:
        self._fill = self._rest
        self._sources = sources
        self._build = build
        self._line = line

    def get(self, key: str, default: object = None) -> object:
        """The property of this name."""
        found = dict.get(self, key, self)
        if found is not self:
            return found
        source = self._sources.get(key)
        if source is None:
            return super().get(key, default)
        value = self._build(source)
        dict.__setitem__(self, key, value)
        return value

    def _rest(self) -> Mapping[str, object]:
        return {
            key: self._build(source)
            for key, source in self._sources.items()
            if not dict.__contains__(self, key)
        }

    @property
    def default(self) -> object:
        """The lines of all that has any."""
        return "\n".join(sorted(filter(None, map(self._line, self._sources.values()))))
