"""Every page asks for sign-in unless it says otherwise, and speaks the person's language."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone, translation

from mhero.accounts.models import User
from mhero.accounts.queries import workspace, workspace_kept

GetResponse = Callable[[HttpRequest], HttpResponseBase]
#: What machines ask. They answer without the database, so the workspace is not read for them either.
FOR_MACHINES = {"/health", "/ready", "/metrics", "/favicon.ico"}
#: Pages that a person may see before signing in.
OPEN_PREFIXES = ("/accounts/", "/i18n/", "/static/", "/join/")


class RequireSignIn:
    """Sends whoever is not signed in to the sign-in page; nothing else is open by mistake."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in FOR_MACHINES or request.path.startswith(OPEN_PREFIXES):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return self._elsewhere(request, settings.LOGIN_URL) or redirect_to_login(request.get_full_path())
        must_change = isinstance(request.user, User) and request.user.must_change_password
        if must_change and request.path != reverse("password"):
            return self._elsewhere(request, "password") or redirect("password")
        return self.get_response(request)

    @staticmethod
    def _elsewhere(request: HttpRequest, url_name: str) -> HttpResponse | None:
        """For htmx, which would put the other page into a corner of this one."""
        if not request.headers.get("HX-Request"):
            return None
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(url_name)})


class CurrentLocale:
    """The console in the person's own language and in the country's time."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in FOR_MACHINES:
            return self.get_response(request)
        if isinstance(request.user, User):
            translation.activate(request.user.locale)
            request.LANGUAGE_CODE = translation.get_language() or request.user.locale
        with workspace_kept(), timezone.override(workspace().time_zone):
            return self.get_response(request)
