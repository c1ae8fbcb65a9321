"""The guard of a view: which permission it asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from mhero.accounts.models import User
from mhero.accounts.roles import PERMISSIONS

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class SignedInRequest(HttpRequest):
    """A request after `requires`: its user is one of ours."""

    user: User


def requires(
    permission: str,
) -> Callable[[Callable[Concatenate[Any, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """Lets a view be seen by those whose role has the permission; others get 403."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)

    def guard(view: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            if not isinstance(request.user, User) or not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[HttpRequest, P], R], guarded)

    return guard
