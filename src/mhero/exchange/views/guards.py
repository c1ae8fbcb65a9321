"""Who may see the exchange's pages beyond what their role says."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from mhero.accounts.access import requires

P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires_whole_country(permission: str) -> Callable[[View[P]], Guarded[P]]:
    """Like `requires`, and only for people who are responsible for the whole country.

    What systems exchange knows no districts, so somebody who is responsible for one sees none of it.
    """

    def guard(view: View[P]) -> Guarded[P]:
        @wraps(view)
        def whole_country_only(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.whole_country:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return requires(permission)(whole_country_only)

    return guard
