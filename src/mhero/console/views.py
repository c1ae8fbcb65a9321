"""The pages of the frame itself: the style guide, and what is shown when a request goes wrong."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from mhero.console.examples import examples


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for the people who build pages. Only there with `MHERO_DEBUG=1`."""
    return render(request, "console/styleguide.html", examples(request.GET))


def _explanation(template_name: str, status: int) -> Callable[..., HttpResponse]:
    """A page in plain words; why Django came to it stays in the log."""

    def view(request: HttpRequest, *_why: object, **_known_as: object) -> HttpResponse:
        return render(request, template_name, status=status)

    return view


bad_request = _explanation("console/errors/400.html", 400)
permission_denied = _explanation("console/errors/403.html", 403)
#: The token against forged requests was missing or old (`CSRF_FAILURE_VIEW`).
form_too_old = _explanation("console/errors/csrf.html", 403)
page_not_found = _explanation("console/errors/404.html", 404)
#: Asked for by the sign-in library.
too_many_requests = _explanation("console/errors/429.html", 429)


def server_error(_request: HttpRequest) -> HttpResponse:
    # Without the request's context: the failure may lie in the database or in the frame itself.
    return HttpResponse(render_to_string("console/errors/500.html", {"language": get_language()}), status=500)
