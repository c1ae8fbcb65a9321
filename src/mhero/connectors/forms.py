"""What all connection forms have in common. Each system's own form is in its folder."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.connectors.models import Connection


class ConnectionForm(forms.Form):
    """Where a system is and how to sign in. The kept secret is never shown, nor sent to another host."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=_("Password or token"),
        max_length=2000,
        required=False,
        strip=True,
        # What was just typed stays in its box after a try; what is kept never comes back into it.
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )

    def __init__(self, connection: Connection, data: Any = None) -> None:
        self.connection = connection
        initial = {"url": connection.url, "username": connection.username}
        super().__init__(data, initial={**initial, **self.options_as_fields(connection.options)})
        if connection.secret:
            self.fields["secret"].help_text = _("Leave it empty to keep the one that is saved.")

    def options_as_fields(self, _options: dict[str, Any]) -> dict[str, Any]:
        """What the system's own fields show of the connection's options."""
        return {}

    def fields_as_options(self) -> dict[str, Any]:
        """What the connection's options become."""
        return {}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip().rstrip("/")
        try:
            parts = urlsplit(url)
            is_address = bool(parts.hostname) and parts.scheme in {"http", "https"}
            is_address = is_address and (parts.port or 1) > 0 and not any(c.isspace() for c in url)
        except ValueError:
            is_address = False
        if not is_address:
            raise ValidationError(gettext("Enter an address that begins with https:// or http://."))
        if parts.username or parts.password:
            raise ValidationError(gettext("Enter the user name and password in their own boxes."))
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_kept = bool(self.connection.secret) and not cleaned.get("secret")
        if is_kept and "url" in cleaned and _place(cleaned["url"]) != _place(self.connection.url):
            self.add_error(
                "secret", gettext("Enter the password or token again, as the address is a new one.")
            )
        return cleaned

    def as_connection(self) -> Connection:
        """The connection as it is typed, not saved."""
        options = self.connection.options | self.fields_as_options()
        return Connection(
            id=self.connection.id,
            system=self.connection.system,
            url=self.cleaned_data["url"],
            username=self.cleaned_data["username"],
            secret=self.cleaned_data["secret"] or self.connection.secret,
            options={name: value for name, value in options.items() if value not in (None, "", {})},
        )


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
