"""The connection to iHRIS on its page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.connectors.forms import ConnectionForm


class IHRISForm(ConnectionForm):
    cadres = forms.CharField(
        label=_("Cadres of jobs"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "Only where iHRIS does not say which cadre a job belongs to. One line for each: the beginning of "
            "the job’s code, an equals sign, the cadre. For example: 2230 = Nurse"
        ),
    )

    field_order = ("url", "username", "secret", "cadres")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].help_text = _(
            "Of its FHIR server. It usually ends in /fhir, such as https://ihris.example.org/hapi/fhir"
        )

    def options_as_fields(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"cadres": "\n".join(f"{code} = {cadre}" for code, cadre in options.get("cadres", {}).items())}

    def clean_cadres(self) -> dict[str, str]:
        table = {}
        for number, line in enumerate(self.cleaned_data["cadres"].splitlines(), 1):
            code, equals, cadre = (part.strip() for part in line.partition("="))
            if not line.strip():
                continue
            if not (code and equals and cadre):
                raise ValidationError(
                    gettext("Line %(number)s needs a code, an equals sign and a cadre.") % {"number": number}
                )
            table[code] = cadre
        return table

    def fields_as_options(self) -> dict[str, Any]:
        return {"cadres": self.cleaned_data["cadres"]}
