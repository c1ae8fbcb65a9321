"""How to get more answers: the officer's choices, each of which she can undo."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.messaging.personal import problem_of
from mhero.outreach.forms import MOST_CHARACTERS
from mhero.outreach.reaching.levers import Levers
from mhero.outreach.reaching.texts import announcement
from mhero.platform.languages import language_name


class LeversForm(forms.Form):
    all_optional = True

    announces = forms.BooleanField(
        label=_("Announce it on the day before"),
        required=False,
        help_text=_("A short message says who will ask, and that replies cost nothing."),
    )
    at_best_hour = forms.BooleanField(
        label=_("Ask each county at its best hour"),
        required=False,
        help_text=_("Learned from past answers. Where there are too few, people are asked in the afternoon."),
    )
    asks_again = forms.BooleanField(
        label=_("Ask those who do not answer once more"),
        required=False,
        help_text=_("On the next day, at another time of day. Whoever answers or opts out is left out."),
    )

    def __init__(
        self,
        *args: Any,
        languages: Sequence[str],
        asks: int,
        sender: str,
        kept: Levers | None,
        **kwargs: Any,
    ) -> None:
        """`languages` are those of the questions, the one they are written in first."""
        chosen = kept or Levers()
        kwargs["initial"] = {
            "announces": chosen.announces,
            "at_best_hour": chosen.at_best_hour,
            "asks_again": chosen.asks_again,
        }
        super().__init__(*args, **kwargs)
        self.languages = list(languages)
        for place, language in enumerate(self.languages):
            usual = announcement(language, sender=sender, asks=asks)
            label = gettext("What the announcement says")
            if place:
                label = gettext("The announcement in %(language)s") % {"language": language_name(language)}
            self.fields[f"text_{language}"] = forms.CharField(
                label=label,
                required=False,
                max_length=MOST_CHARACTERS,
                widget=forms.Textarea(attrs={"rows": 3}),
                initial=chosen.announcement.get(language) or usual,
                help_text=""
                if place
                else _("Say that replies are free only if they are: your operators must not charge them."),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("announces"):
            return cleaned
        for place, language in enumerate(self.languages):
            name = f"text_{language}"
            text = cleaned.get(name, "").replace("\r\n", "\n").strip()
            if not text and not place:
                self.add_error(name, gettext("Write the announcement."))
            elif problem := problem_of(text):
                self.add_error(name, problem)
        return cleaned

    @property
    def levers(self) -> Levers:
        said = self.cleaned_data
        texts: Mapping[str, str] = {
            language: said[f"text_{language}"].replace("\r\n", "\n").strip() for language in self.languages
        }
        return Levers(
            announces=said["announces"],
            announcement={language: text for language, text in texts.items() if text}
            if said["announces"]
            else {},
            at_best_hour=said["at_best_hour"],
            asks_again=said["asks_again"],
        )
