"""What an officer can put right about a person."""

from typing import Any, cast

from django import forms
from django.db.models import F, Func, TextField
from django.utils.translation import gettext_lazy as _

from mhero.platform.languages import language_name
from mhero.registry.models import Person


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("The right number"),
        max_length=40,
        required=False,
        help_text=_("It is used from now on, whatever the other systems say. Empty it to use theirs again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language for messages"), required=False)

    def __init__(self, *args: Any, known: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((language_name(code), code) for code in known)
        field = cast(forms.ChoiceField, self.fields["language"])
        field.choices = [("", _("As the other systems say")), *((code, name) for name, code in named)]


def languages_offered(person: Person) -> list[str]:
    """English and French, what is spoken by somebody in the registry, and what the person has now."""
    each = Func(F("languages"), function="unnest", output_field=TextField())
    spoken = Person.objects.annotate(language=each).values_list("language", flat=True).distinct()
    return sorted({"en", "fr", *spoken, *person.languages})
