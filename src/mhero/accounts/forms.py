"""The forms of sign-in, one's own account, the team and the workspace."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import phonenumbers
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from babel import Locale
from babel.core import get_global
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User, Workspace
from mhero.accounts.queries import workspace
from mhero.accounts.roles import Role
from mhero.platform import phones

#: In the choice of an area: no area at all.
WHOLE_COUNTRY = "country"
#: (value, words) pairs.
Choices = Sequence[tuple[str, str]]


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", label=_("Email address"), autocomplete="username")
        _word(self, "password", label=_("Password"), autocomplete="current-password")


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", label=_("Password"), autocomplete="current-password")


class _CodeWords:
    """The same field in the three places where a code is asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", label=_("Code"), autocomplete="one-time-code")
        self.fields["code"].help_text = _("Six digits that your app shows, or one of your recovery codes.")  # type: ignore[attr-defined]
        self.fields["code"].widget.attrs["inputmode"] = "numeric"  # type: ignore[attr-defined]


class CodeForm(_CodeWords, AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgain(_CodeWords, CodeAgainForm):  # type: ignore[misc]
    pass


class SecondStepForm(_CodeWords, ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Six digits that your app shows after you scanned the square.")


def _word(form: Any, name: str, *, label: Any, autocomplete: str) -> None:
    """Our words for the library's field; a placeholder goes, since it disappears while one types."""
    field = form.fields[name]
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["autocomplete"] = autocomplete


class NewPassword(forms.Form):
    """A password of one's own, typed once and shown on request by the browser."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Three words that do not belong together are easy to remember."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if self.user.has_usable_password() and self.user.check_password(password):
            raise ValidationError(_("This is your password already. Choose a new one."))
        validate_password(password, self.user)
        return password


class ChangePassword(NewPassword):
    """For somebody who was not just let in with a one-time password."""

    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password")

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError(_("This is not your password."))
        return current


class JoinForm(NewPassword):
    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=NewPassword.base_fields["password"].help_text,
    )
    field_order = ("name", "password")


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("name", "phone", "locale")
        help_texts = {"phone": _("Until the workspace is live, messages go to the team's own phones only.")}

    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    locale = forms.ChoiceField(label=_("Language of the console"), choices=settings.LANGUAGES)

    def clean_phone(self) -> str:
        raw: str = self.cleaned_data["phone"]
        return mobile_number(raw) if raw.strip() else ""


def mobile_number(raw: str) -> str:
    """The one number in the text, E.164, read as the workspace's country writes it."""
    region = workspace().country_code
    found = phones.clean(raw, region)
    if len(found) != 1:
        raise ValidationError(_("Enter one phone number."))
    if found[0].reason:
        raise ValidationError(f"{phones.in_words(found[0].reason, region)}.")
    return found[0].number


class MemberForm(forms.Form):
    """What a member may do, and where."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    area = forms.ChoiceField(
        label=_("Area"),
        help_text=_("The person sees and texts only the health workers of this area."),
    )

    def __init__(self, *args: Any, areas: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", areas)

    def clean_area(self) -> UUID | None:
        area = self.cleaned_data["area"]
        return None if area == WHOLE_COUNTRY else UUID(area)


class InvitationForm(MemberForm):
    email = forms.EmailField(label=_("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ("email", "role", "area")


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Workspace
        fields = ("name", "country_code", "time_zone", "currency")

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("The country or programme, as your team calls it.")
    )
    country_code = forms.ChoiceField(
        label=_("Country"), help_text=_("Phone numbers without a country code are read as numbers of it.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Times are shown, and messages are sent, by this clock.")
    )
    currency = forms.ChoiceField(label=_("Currency"), help_text=_("The currency of your SMS prices."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locale = Locale.parse((get_language() or "en").replace("-", "_"))
        for name, choices in (
            ("country_code", _countries(locale)),
            ("time_zone", sorted((zone, zone) for zone in available_timezones() if "/" in zone)),
            ("currency", _currencies(locale)),
        ):
            _offer(self, name, choices)


def _offer(form: forms.BaseForm, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - told to the type checker.
    field.choices = list(choices)


def _countries(locale: Locale) -> list[tuple[str, str]]:
    known = ((code, locale.territories.get(code, code)) for code in phonenumbers.SUPPORTED_REGIONS)
    return sorted(known, key=lambda choice: choice[1])


def _currencies(locale: Locale) -> list[tuple[str, str]]:
    """Those that are money somewhere today."""
    today = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _start, end, is_tender in uses
        if is_tender and end is None
    }
    named = ((code, f"{locale.currencies.get(code, code)} ({code})") for code in today)
    return sorted(named, key=lambda choice: choice[1])
