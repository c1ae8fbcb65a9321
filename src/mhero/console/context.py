"""What every page's frame shows: the workspace, the navigation and where the person is in it."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info

from mhero.accounts import queries
from mhero.console.navigation import Entry, navigation


class Frame:
    """Computed when a template asks, since a fragment of a page has no frame."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def navigation(self) -> tuple[Entry, ...]:
        user = getattr(self._request, "user", None)
        if user is None or not user.is_authenticated:
            return ()
        return navigation(user, self._request.path)

    @cached_property
    def section(self) -> Entry | None:
        return next((entry for entry in self.navigation if entry.is_current), None)

    @cached_property
    def languages(self) -> list[dict[str, Any]]:
        return [dict(get_language_info(code)) for code, _ in settings.LANGUAGES]


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request), "workspace": SimpleLazyObject(queries.workspace)}
