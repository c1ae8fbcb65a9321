"""The console's templates, without a database: the workspace and the person are given to them."""

from collections.abc import Callable
from typing import Any

import django
import pytest

django.setup()

from django.http import HttpRequest  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from mhero.accounts.models import User, Workspace  # noqa: E402
from mhero.accounts.roles import Role  # noqa: E402
from mhero.console.context import Frame  # noqa: E402

Draw = Callable[..., str]


@pytest.fixture
def korto() -> User:
    return User(email="korto@example.org", name="Korto", role=Role.ADMINISTRATOR)


@pytest.fixture
def flomo() -> User:
    return User(email="flomo@example.org", name="Flomo", role=Role.COMMUNICATIONS_OFFICER)


@pytest.fixture
def teah() -> User:
    """May see nothing: an account that was closed."""
    return User(email="teah@example.org", name="Teah", role=Role.ADMINISTRATOR, is_active=False)


@pytest.fixture
def draw() -> Draw:
    """Renders a piece of template, as a page would."""

    def drawn(source: str, **context: Any) -> str:
        return str(engines["django"].from_string(source).render(context)).strip()

    return drawn


def page_context(user: User, path: str = "/") -> tuple[HttpRequest, dict[str, Any]]:
    request = RequestFactory().get(path)
    request.user = user
    return request, {
        "frame": Frame(request),
        "workspace": Workspace(name="Liberia"),
        "request": request,
        "user": user,
        "csrf_token": "token",
    }


@pytest.fixture
def as_seen_by() -> Callable[..., dict[str, Any]]:
    """The context of a page for a person, without asking the database for the workspace."""
    return lambda user, path="/": page_context(user, path)[1]
