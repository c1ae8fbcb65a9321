"""Signing in: one-time passwords, lock-out, the second step, and what the trail keeps of it."""

import base64
import hmac
import struct
import time
from typing import Any

import pytest

PASSWORD = "three dry river stones"


@pytest.fixture
def korto(db: None) -> Any:
    from mhero.accounts.models import User

    return User.objects.create_user("korto@example.org", PASSWORD, name="Korto", role="administrator")


def test_the_first_administrator_must_choose_a_password_before_anything_else(db: None) -> None:
    from mhero.accounts.services import create_first_administrator

    made = create_first_administrator()
    assert made is not None
    user, one_time = made
    browser = _signed_in(user.email, one_time)
    assert browser.get("/")["Location"] == "/account/password/"
    fragment = browser.get("/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/account/password/")
    assert browser.post("/account/password/", {"password": one_time}).status_code == 200
    assert browser.post("/account/password/", {"password": PASSWORD})["Location"] == "/"
    assert browser.get("/").status_code == 200
    assert create_first_administrator() is None


def test_a_new_password_needs_the_current_one_and_ends_other_sessions(korto: Any) -> None:
    here, there = _signed_in(korto.email, PASSWORD), _signed_in(korto.email, PASSWORD)
    new = "four wet river stones"
    assert here.post("/account/password/", {"current": "wrong", "password": new}).status_code == 200
    assert here.post("/account/password/", {"current": PASSWORD, "password": new}).status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_five_wrong_passwords_lock_the_address_and_say_for_how_long(korto: Any) -> None:
    from django.test import Client

    browser = Client()
    for _ in range(5):
        assert _sign_in(browser, korto.email, "wrong").status_code == 200
    locked = _sign_in(browser, korto.email, PASSWORD)
    assert locked.status_code == 429
    assert "15 minutes" in locked.content.decode()
    assert _actions() == ["sign_in.failed"] * 5 + ["sign_in.locked"]


def test_what_is_typed_in_place_of_an_address_is_not_kept(korto: Any) -> None:
    from django.test import Client

    from mhero.accounts.models import AuditEvent

    _sign_in(Client(), "my-secret@example.org", "wrong")
    assert AuditEvent.objects.get().actor == "unknown address"


def test_a_wrong_password_and_an_unknown_address_look_the_same(korto: Any) -> None:
    from django.test import Client

    pages = [_sign_in(Client(), email, "wrong") for email in (korto.email, "nobody@example.org")]
    words = "The email address or the password is not right"
    assert all(words in page.content.decode() for page in pages)


def test_an_address_is_found_in_whatever_case_it_is_typed(korto: Any) -> None:
    assert _signed_in("Korto@Example.ORG", PASSWORD).get("/").status_code == 200


def test_nobody_can_sign_up(db: None) -> None:
    from django.test import Client

    for address in ("/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"):
        assert Client().get(address).status_code == 404


def test_the_second_step_asks_for_a_code_and_its_secret_is_encrypted(korto: Any) -> None:
    from allauth.mfa.models import Authenticator
    from django.test import Client

    browser = _signed_in(korto.email, PASSWORD)
    again = browser.get("/account/second-step/on/")["Location"]
    assert again.startswith("/account/again/")
    assert "not your password" in browser.post(again, {"password": "wrong"}).content.decode()
    page = browser.post(again, {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    assert browser.post("/account/second-step/on/", {"code": "000"}).status_code == 200
    turned_on = browser.post("/account/second-step/on/", {"code": _code(secret)})
    assert turned_on["Location"] == "/account/second-step/codes/"
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    recovery = browser.get("/account/second-step/codes/").context["unused_codes"][0]

    other = Client()
    assert _sign_in(other, korto.email, PASSWORD)["Location"].startswith("/accounts/code/")
    assert other.get("/").status_code == 302
    assert "not right" in other.post("/accounts/code/", {"code": "123"}).content.decode()
    assert other.post("/accounts/code/", {"code": recovery})["Location"] == "/"
    assert other.get("/").status_code == 200


def test_the_language_that_is_chosen_goes_along_with_the_person(korto: Any) -> None:
    browser = _signed_in(korto.email, PASSWORD)
    browser.post("/i18n/setlang/", {"language": "fr", "next": "/"})
    assert 'lang="fr"' in _signed_in(korto.email, PASSWORD).get("/").content.decode()
    browser.post("/i18n/setlang/", {"language": "tlh", "next": "/"})
    assert 'lang="fr"' in browser.get("/").content.decode()


def test_a_closed_account_is_signed_out_at_once(korto: Any) -> None:
    browser = _signed_in(korto.email, PASSWORD)
    korto.is_active = False
    korto.save()
    assert browser.get("/").status_code == 302
    again = _sign_in(browser, korto.email, PASSWORD)
    assert browser.get("/").status_code == 302, again


def test_the_phone_for_trial_messages_is_cleaned(korto: Any) -> None:
    browser = _signed_in(korto.email, PASSWORD)
    form = {"name": "Korto", "locale": "en"}
    assert "short" in browser.post("/account/", form | {"phone": "0770"}).content.decode()
    assert browser.post("/account/", form | {"phone": "0770 123 456"}).status_code == 302
    korto.refresh_from_db()
    assert korto.phone == "+231770123456"


def test_a_page_asks_the_database_little(korto: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = _signed_in(korto.email, PASSWORD)
    browser.get("/account/password/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get("/account/password/")
    # The session, the person, the workspace.
    assert len(asked) == 3, [query["sql"] for query in asked]


def _code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def _sign_in(browser: Any, email: str, password: str) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": password})


def _signed_in(email: str, password: str) -> Any:
    from django.test import Client

    browser = Client()
    assert _sign_in(browser, email, password).status_code == 302
    return browser


def _actions() -> list[str]:
    from mhero.accounts.models import AuditEvent

    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
