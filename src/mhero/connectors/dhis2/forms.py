"""The connection to DHIS2 on its page."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.connectors.forms import ConnectionForm


class DHIS2Form(ConnectionForm):
    facility_level = forms.IntegerField(
        label=_("Level of facilities"),
        required=False,
        min_value=1,
        max_value=10,
        help_text=_(
            "Leave it empty to go by the names of the levels: the one called facility, or the lowest."
        ),
    )

    field_order = ("url", "username", "secret", "facility_level")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].help_text = _(
            "Where people open DHIS2 in the browser, such as https://dhis2.example.org"
        )
        self.fields["username"].help_text = _("Leave it empty when you use a personal access token.")

    def options_as_fields(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"facility_level": options.get("facility_level")}

    def fields_as_options(self) -> dict[str, Any]:
        return {"facility_level": self.cleaned_data["facility_level"]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("secret") and not self.connection.secret:
            self.add_error("secret", gettext("Enter a password, or a personal access token."))
        return cleaned
