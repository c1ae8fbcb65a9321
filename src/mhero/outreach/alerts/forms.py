"""The forms of alerts: what one says and what is done about silence, and the last check."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mhero.messaging.personal import problem_of
from mhero.messaging.segments import count
from mhero.messaging.stop import DEFAULT_STOP_WORDS, START_WORDS, plain
from mhero.outreach.alerts.answers import with_word
from mhero.outreach.alerts.models import Alert
from mhero.outreach.forms import MOST_SEGMENTS, too_long_in_words
from mhero.platform.languages import language_name

LONGEST_TEXT: Final = 900
PAUSES: Final = (5, 10, 15, 30, 60, 120, 240, 480, 1440)
TIMES: Final = (0, 1, 2, 3, 4, 5, 6, 8, 10)
PEOPLE, SUPERVISORS = "people", "supervisors"


def pause_in_words(minutes: int) -> str:
    """ "30 minutes", "2 hours"."""
    if minutes % 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def times_in_words(times: int) -> str:
    if not times:
        return gettext("Never")
    return ngettext("At most %(n)s time", "At most %(n)s times", times) % {"n": times}


def clean_word(written: str) -> str:
    """What people are asked to answer. Raises `ValidationError`."""
    word = " ".join(written.split())
    if not re.search(r"\w", word) or len(word.split()) > 2:
        raise forms.ValidationError(gettext("Use one word or two, such as OK."))
    if plain(word) in {plain(one) for one in (*DEFAULT_STOP_WORDS, *START_WORDS)}:
        raise forms.ValidationError(gettext("This word opts people out or in. Choose another one."))
    return word


class RepeatFields(forms.Form):
    """What people answer, and how often those are texted again who do not."""

    word = forms.CharField(
        label=_("Word to answer with"),
        max_length=20,
        help_text=_(
            "The message ends in “Reply OK to confirm”, unless it says so itself. Okay, yes, received and "
            "a thumbs-up count too."
        ),
    )
    repeat_times = forms.TypedChoiceField(
        label=_("Send it again to those who have not confirmed"), coerce=int
    )
    repeat_minutes = forms.TypedChoiceField(label=_("Wait between two texts"), coerce=int)
    in_quiet_hours = forms.BooleanField(
        label=_("Send it in quiet hours too"),
        required=False,
        help_text=_("People are woken. Without this it waits until the quiet hours are over."),
    )
    quiet_reason = forms.CharField(
        label=_("Why people may be woken"),
        max_length=200,
        required=False,
        help_text=_("It is kept in the audit trail. Leave it empty when the alert respects quiet hours."),
    )

    def offer_pauses(self) -> None:
        self.fields["repeat_times"].choices = [(times, times_in_words(times)) for times in TIMES]  # type: ignore[attr-defined]
        pauses = [(minutes, pause_in_words(minutes)) for minutes in PAUSES]
        self.fields["repeat_minutes"].choices = pauses  # type: ignore[attr-defined]

    def clean_word(self) -> str:
        return clean_word(self.cleaned_data["word"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("in_quiet_hours") and not cleaned.get("quiet_reason", "").strip():
            self.add_error("quiet_reason", gettext("Say why people may be woken."))
        return cleaned

    def check_texts(self, texts: dict[str, str], word: str) -> None:
        """Says beside each box of a text what is wrong with it."""
        for language, text in texts.items():
            segments = count(with_word(text, language, word)).segments
            if problem := problem_of(text):
                self.add_error(f"text_{language}", problem)
            elif segments > MOST_SEGMENTS:
                self.add_error(f"text_{language}", too_long_in_words(segments))


def text_fields(languages: list[str]) -> dict[str, forms.Field]:
    """A box for each language, the first for everybody who speaks none of the others."""
    boxes: dict[str, forms.Field] = {}
    for place, language in enumerate(languages):
        label = gettext("Message in %(language)s") if place else gettext("Message")
        hint = gettext("In %(language)s, and for everybody whose language has no text.")
        boxes[f"text_{language}"] = forms.CharField(
            label=label % {"language": language_name(language)},
            required=not place,
            max_length=LONGEST_TEXT,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true"}),
            help_text="" if place else hint % {"language": language_name(language)},
            error_messages={"required": gettext("Write the message.")},
        )
    return boxes


class AlertForm(RepeatFields):
    """What an alert says, and what is done about those who do not confirm it."""

    name = forms.CharField(
        label=_("Name of this alert"),
        max_length=60,
        help_text=_("Your team sees it, and supervisors who are told who has not confirmed."),
        error_messages={"required": _("Give the alert a name.")},
    )
    second = forms.MultipleChoiceField(
        label=_("Second wave: whom to text"),
        required=False,
        choices=[
            (PEOPLE, _("Those who have not confirmed")),
            (SUPERVISORS, _("Their supervisors, with the names of those who have not")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    second_after = forms.TypedChoiceField(
        label=_("When the second wave goes"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, alert: Alert, languages: list[str], data: Any = None) -> None:
        self.alert, self.languages = alert, languages
        second = [PEOPLE] * alert.second_to_people + [SUPERVISORS] * alert.second_to_supervisors
        texts = {alert.language: alert.text, **alert.translations}
        super().__init__(
            data,
            initial={
                "name": alert.name,
                "word": alert.word,
                "repeat_times": alert.repeat_times,
                "repeat_minutes": alert.repeat_minutes,
                "second": second,
                "second_after": alert.second_after_minutes,
                "in_quiet_hours": alert.in_quiet_hours,
                "quiet_reason": alert.quiet_reason,
                **{f"text_{language}": texts.get(language, "") for language in languages},
            },
        )
        self.fields |= text_fields(languages)
        self.offer_pauses()
        after = [(minutes, _after_in_words(minutes)) for minutes in PAUSES]
        self.fields["second_after"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Only when somebody presses the button")),
            *after,
        ]
        order = ["name", *(f"text_{language}" for language in languages), "word"]
        self.order_fields([*order, "repeat_times", "repeat_minutes", "second", "second_after"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("second_after") and not cleaned.get("second"):
            self.add_error("second", gettext("Choose whom the second wave is for."))
        self.check_texts(self._texts(cleaned), cleaned.get("word", ""))
        return cleaned

    def _texts(self, cleaned: dict[str, Any]) -> dict[str, str]:
        found = {language: cleaned.get(f"text_{language}") or "" for language in self.languages}
        return {language: text.replace("\r\n", "\n").strip() for language, text in found.items() if text}

    def as_alert(self) -> Alert:
        alert, cleaned = self.alert, self.cleaned_data
        texts = self._texts(cleaned)
        alert.name = " ".join(cleaned["name"].split())
        alert.language = self.languages[0]
        alert.text = texts.pop(alert.language)
        alert.translations = texts
        for name in ("word", "repeat_times", "repeat_minutes", "in_quiet_hours"):
            setattr(alert, name, cleaned[name])
        alert.quiet_reason = cleaned["quiet_reason"].strip() if alert.in_quiet_hours else ""
        alert.second_to_people = PEOPLE in cleaned["second"]
        alert.second_to_supervisors = SUPERVISORS in cleaned["second"]
        alert.second_after_minutes = cleaned["second_after"]
        return alert


def _after_in_words(minutes: int) -> str:
    return gettext("%(pause)s after the last text") % {"pause": pause_in_words(minutes)}


class CheckForm(forms.Form):
    """The last step before an alert leaves: whoever sends it types to how many."""

    people = forms.CharField(
        label=_("Type how many people get it"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("An alert cannot be called back once it has left, so look at the number once more."),
        error_messages={"required": _("Type the number of people.")},
    )
    #: How many people the page said will get it.
    shown = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed = re.sub(r"\D", "", cleaned.get("people", ""))
        if "people" in cleaned and typed != str(cleaned.get("shown")):
            self.add_error(
                "people", gettext("This is not the number of people above. Look again, then type it.")
            )
        return cleaned
