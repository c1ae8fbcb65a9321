"""The forms of flows' pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mhero.platform.languages import LOCAL, language_name

#: ISO 639-3, as flows have it, and the code that the Unicode tables know the language by.
WRITTEN = {
    "eng": "en", "fra": "fr", "por": "pt", "spa": "es", "ara": "ar", "swa": "sw", "amh": "am", "ful": "ff",
    "hau": "ha", "ibo": "ig", "kin": "rw", "lin": "ln", "lug": "lg", "som": "so", "wol": "wo", "yor": "yo",
    "men": "men", "tem": "tem", "vai": "vai", "kpe": "kpe", "bam": "bm", "sus": "sus",
}  # fmt: skip
#: Bytes; the largest country's flows together are a tenth of it.
LARGEST_FILE = 10_000_000


class FlowNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=64)


def language_choices() -> list[tuple[str, str]]:
    """The languages that flows are written in, those of offices first, then by name."""
    names = {code: language_name(short) for code, short in WRITTEN.items()} | LOCAL
    first = [(code, names.pop(code)) for code in ("eng", "fra")]
    return first + sorted(names.items(), key=lambda each: each[1].casefold())


class FlowForm(FlowNameForm):
    language = forms.ChoiceField(
        label=_("Language"),
        help_text=_("The language that you write it in. You can add translations."),
        choices=language_choices,
    )


class FlowFileForm(forms.Form):
    """An export file of RapidPro's."""

    file = forms.FileField(
        label=_("File"), help_text=_("A JSON file of flows from RapidPro, TextIt or another mHero.")
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(_("This file is too large. It may have 10 MB at most."))
        return file
