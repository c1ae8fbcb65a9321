"""Keyset paging: the address of a page names the row it begins after."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest

T = TypeVar("T")


def uuid_of(request: HttpRequest, name: str) -> UUID | None:
    """An identifier in the address; None when it is absent or none."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def address(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some values changed; None takes one away."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def page_of(
    request: HttpRequest, rows: list[T], size: int, key: Callable[[T], object]
) -> tuple[list[T], str, str]:
    """Of one row more than a page has: the page, the address of the first page, and that of the next."""
    newest = address(request, before=None) if request.GET.get("before") else ""
    older = address(request, before=key(rows[size - 1])) if len(rows) > size else ""
    return rows[:size], newest, older
