"""Every address of the console, visited as everyone. A new page is covered without a line here; one with
a new kind of parameter needs a sample in `world`."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.console.contract import breaches_of_fragment, breaches_of_page, main_text
from tests.integration.console.world import World, fill

#: Pages that somebody who is not signed in may see.
OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "mfa_authenticate",
    "join",
    "set_language",
    "health",
    "ready",
    "metrics",
}
#: Pages of everyone who is signed in, about themselves alone.
OWN = {
    "home",
    "account",
    "password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
}
FINE = {200, 204, 302, 303, 304, 404, 405}


def test_every_view_says_who_may_see_it(postgres: str) -> None:
    silent = [name for name, view in _views() if name not in OPEN | OWN and not _permission(view)]
    assert silent == [], "decorate them with @requires(…)"


def test_every_page_keeps_the_contract_for_everyone(db: None, subtests: pytest.Subtests) -> None:
    world = fill()
    browsers = {"nobody": _browser(None)} | {who: _browser(user) for who, user in world.visitors.items()}
    for name, view in _views():
        address = _address(name, world)
        for who, browser in browsers.items():
            with subtests.test(page=name, visitor=who):
                response = _visit(browser, address)
                found = _breaches(response, name, view, world.visitors.get(who))
                if found:
                    pytest.fail(f"{name} for {who}: {'; '.join(found)}", pytrace=False)


def test_every_page_speaks_french(db: None, subtests: pytest.Subtests) -> None:
    if not _french_is_compiled():
        pytest.skip("the translations are not compiled; run `make build`")
    world = fill()
    administrator = world.visitors["administrator"]
    browser = _browser(administrator)
    for name, _view in _views():
        address = _address(name, world)
        with subtests.test(page=name):
            english = _visit(browser, address)
            french = _visit(browser, address, administrator, language="fr")
            if _is_page(english) and english.status_code == 200:
                assert 'lang="fr"' in french.content.decode()
                assert main_text(english.content.decode()) != main_text(french.content.decode())


def test_machines_are_answered_without_signing_in(db: None) -> None:
    browser = _browser(None)
    assert _visit(browser, "/health").content == b"ok\n"
    assert _visit(browser, "/ready").status_code == 200
    assert b"python_info" in _visit(browser, "/metrics").content


def test_an_address_that_begins_like_a_machines_is_not_open(db: None) -> None:
    assert _visit(_browser(None), "/healthworkers").status_code == 302


def _breaches(response: Any, name: str, view: Any, user: Any) -> list[str]:
    permission = _permission(view)
    status = response.status_code
    if user is None and name not in OPEN:
        leads_to_sign_in = status == 302 and response["Location"].startswith("/accounts/login/")
        return [] if leads_to_sign_in else [f"answers {status} to somebody who is not signed in"]
    if permission and user is not None and not user.may(permission):
        return [] if status == 403 else [f"answers {status} to somebody who may not see it"]
    # Somebody with an area may be refused what lies outside of it.
    fine = FINE | {403} if user is not None and user.area_id else FINE
    found = [] if status in fine else [f"answers {status}"]
    return [*found, *_breaches_of_body(response, has_frame=name not in OPEN and status == 200)]


def _breaches_of_body(response: Any, *, has_frame: bool) -> Iterator[str]:
    from mhero.console.middleware import CONTENT_SECURITY_POLICY

    if response.headers.get("Content-Security-Policy") != CONTENT_SECURITY_POLICY:
        yield "has another Content-Security-Policy"
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    html = response.content.decode()
    if _is_page(response):
        yield from breaches_of_page(html, language="en", has_frame=has_frame)
    elif html.strip():
        yield from breaches_of_fragment(html)


def _is_page(response: Any) -> bool:
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return is_html and not response.streaming and response.content.lstrip()[:9].lower() == b"<!doctype"


def _browser(user: Any) -> Any:
    from django.test import Client

    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def _visit(browser: Any, address: str, user: Any = None, language: str = "en") -> Any:
    """One request whose writes are forgotten, in the user's language if one is given."""
    from django.db import transaction

    with transaction.atomic():
        if user is not None:
            type(user).objects.filter(pk=user.pk).update(locale=language)
        response = browser.get(address)
        transaction.set_rollback(True)
    return response


def _views() -> list[tuple[str, Any]]:
    """(name, view) of every address, in the order of the map."""
    from django.urls import get_resolver

    return [(str(pattern.name), pattern.callback) for pattern in _patterns(get_resolver().url_patterns)]


def _patterns(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


def _permission(view: Any) -> str | None:
    return getattr(view, "permission", None)


def _address(name: str, world: World) -> str:
    from django.urls import get_resolver, reverse

    parameters = next(iter(get_resolver().reverse_dict.getlist(name)))[0][0][1]
    samples = world.samples | world.of_page.get(name, {})
    unknown = set(parameters) - set(samples)
    assert not unknown, f"give {unknown} a value in the samples of tests/integration/console/world.py"
    return reverse(name, kwargs={parameter: samples[parameter] for parameter in parameters})


def _french_is_compiled() -> bool:
    from pathlib import Path

    import mhero

    return any(Path(mhero.__file__).parent.glob("*/locale/fr/LC_MESSAGES/django.mo"))
