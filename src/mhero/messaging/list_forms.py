"""The forms of lists, reminders, words that start questions, details, labels and shared values."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.flows.queries import QueryError
from mhero.messaging.errors import QueryNotForGroups
from mhero.messaging.forms_of_flows import WRITTEN
from mhero.messaging.models import (
    CampaignPoint,
    ContactField,
    FieldType,
    Flow,
    Global,
    Group,
    Label,
    OffsetUnit,
    SMSChannel,
    StartMode,
    TriggerType,
)
from mhero.messaging.personal import problem_of
from mhero.messaging.queries.groups import groups, in_words
from mhero.messaging.searching.fields import DATES
from mhero.messaging.services.groups import checked
from mhero.messaging.stop import plain
from mhero.platform.languages import language_name

LONGEST_NAME = 64
LONGEST_TEXT = 2000
#: No field can be called like what every contact has.
RESERVED = frozenset(
    {
        "uuid", "id", "ref", "name", "status", "language", "urn", "urns", "group", "groups", "flow",
        "history", "tickets", "created_on", "last_seen_on", "fields", "tel", "is", "has",
    }
)  # fmt: skip


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, error_messages={"required": _("Give it a name.")}
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


def query_field() -> forms.CharField:
    return forms.CharField(
        label=_("Who is in it"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "data-count-target": "found"}),
        help_text=_('Such as: cadre = "Nurse" AND county = "Bong"'),
    )


def _checked(text: str) -> str:
    try:
        checked(text)
    except (QueryError, QueryNotForGroups) as error:
        raise ValidationError(in_words(error)) from error
    return text


class ListForm(NameForm):
    #: What must be filled in depends on the first choice.
    all_optional = True

    kind = forms.ChoiceField(
        label=_("How people come into it"),
        choices=[
            ("named", _("I choose them one by one")),
            ("query", _("By itself: everybody of whom something is true")),
        ],
        initial="named",
        widget=forms.RadioSelect,
    )
    query = query_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == "query":
            if not cleaned.get("query"):
                self.add_error("query", gettext("Say who is in the list."))
            else:
                try:
                    _checked(cleaned["query"])
                except ValidationError as error:
                    self.add_error("query", error)
        return cleaned


class QueryForm(forms.Form):
    query = query_field()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["query"].required = True
        self.fields["query"].error_messages["required"] = gettext("Say who is in the list.")

    def clean_query(self) -> str:
        return _checked(self.cleaned_data["query"])


class CampaignForm(NameForm):
    group = forms.ModelChoiceField(
        label=_("For whom"),
        queryset=Group.objects.none(),
        empty_label=_("Choose a list"),
        error_messages={"required": _("Choose a list.")},
        help_text=_("Whoever comes into the list later gets the reminders too."),
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["group"].queryset = groups()  # type: ignore[attr-defined]


class PointForm(forms.Form):
    """One moment before or after a date, and what is sent then."""

    BEFORE, AFTER = "before", "after"
    #: What must be filled in depends on what is sent.
    all_optional = True

    amount = forms.IntegerField(label=_("How many"), min_value=0, max_value=1000, initial=1)
    unit = forms.ChoiceField(label=_("Unit"), choices=OffsetUnit.choices, initial=OffsetUnit.DAYS)
    side = forms.ChoiceField(
        label=_("Before or after"), choices=[(BEFORE, _("before")), (AFTER, _("after"))], initial=BEFORE
    )
    relative_to = forms.ChoiceField(label=_("Which date"))
    delivery_hour = forms.TypedChoiceField(label=_("At what time"), coerce=int)
    what = forms.ChoiceField(
        label=_("What is sent"),
        choices=[("text", _("A message")), ("flow", _("Questions"))],
        initial="text",
        widget=forms.RadioSelect,
    )
    flow = forms.ModelChoiceField(
        label=_("Which questions"),
        queryset=Flow.objects.none(),
        required=False,
        empty_label=_("None"),
    )
    start_mode = forms.ChoiceField(
        label=_("People who are in a conversation at that time"),
        choices=StartMode.choices,
        initial=StartMode.SKIP,
        widget=forms.RadioSelect,
    )

    def __init__(self, *arguments: Any, languages: list[str], **named: Any) -> None:
        """`languages`: ISO 639-3, the base language first; each has a box for its text."""
        super().__init__(*arguments, **named)
        self.languages = languages
        dates = ContactField.objects.filter(type=FieldType.DATETIME).order_by("name")
        self.fields["relative_to"].choices = [  # type: ignore[attr-defined]
            *((one.key, one.name) for one in dates),
            *DATES,
        ]
        self.fields["delivery_hour"].choices = [  # type: ignore[attr-defined]
            (CampaignPoint.NO_HOUR, gettext("At the time of the date itself")),
            *((hour, f"{hour:02}:00") for hour in range(24)),
        ]
        flows = Flow.objects.filter(is_archived=False, published_revision__isnull=False).order_by("name")
        self.fields["flow"].queryset = flows  # type: ignore[attr-defined]
        for place, language in enumerate(languages):
            label = gettext("Message") if place == 0 else gettext("Message in %(language)s")
            self.fields[f"text_{language}"] = forms.CharField(
                label=label % {"language": language_name(WRITTEN.get(language, language))},
                required=False,
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=gettext("You can use @contact.first_name and @fields.… in it.")
                if place == 0
                else "",
            )

    def messages(self) -> list[Any]:
        """The boxes of the texts, one for each language."""
        return [self[f"text_{language}"] for language in self.languages]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("what") == "flow" and not cleaned.get("flow"):
            self.add_error("flow", gettext("Choose the questions."))
        if cleaned.get("what") == "text":
            if not cleaned.get(f"text_{self.languages[0]}"):
                self.add_error(f"text_{self.languages[0]}", gettext("Write the message."))
            for language in self.languages:
                problem = problem_of(cleaned.get(f"text_{language}") or "")
                if problem:
                    self.add_error(f"text_{language}", problem)
        return cleaned


class TriggerForm(forms.Form):
    """What starts a flow when somebody writes."""

    all_optional = True

    type = forms.ChoiceField(
        label=_("What starts it"),
        choices=TriggerType.choices,
        initial=TriggerType.KEYWORD,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line, such as STOCK. Capitals and accents make no difference."),
    )
    match = forms.ChoiceField(
        label=_("Where the word must be"),
        choices=[("first", _("At the beginning of the message")), ("only", _("It is the whole message"))],
        initial="first",
        widget=forms.RadioSelect,
    )
    flow = forms.ModelChoiceField(
        label=_("Which questions start"),
        queryset=Flow.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the questions.")},
    )
    sms_channel = forms.ModelChoiceField(
        label=_("Texted to"),
        queryset=SMSChannel.objects.all(),
        required=False,
        empty_label=_("Any number of ours"),
    )
    group = forms.ModelChoiceField(
        label=_("Only for the people of"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=_("Everybody"),
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        flows = Flow.objects.filter(is_archived=False).order_by("name")
        self.fields["flow"].queryset = flows  # type: ignore[attr-defined]
        self.fields["group"].queryset = groups()  # type: ignore[attr-defined]

    def clean_words(self) -> list[str]:
        lines = [plain(line) for line in str(self.cleaned_data["words"]).splitlines()]
        words = list(dict.fromkeys(filter(None, lines)))
        for word in words:
            if " " in word or len(word) > 30:
                raise ValidationError(
                    _("“%(word)s” must be one word of up to 30 letters."), params={"word": word}
                )
        return words

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("type") == TriggerType.KEYWORD and "words" in cleaned and not cleaned["words"]:
            self.add_error("words", gettext("Write at least one word."))
        return cleaned


class FieldForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ContactField
        fields = ["name", "type"]
        labels = {"name": _("What it is called"), "type": _("Kind")}
        help_texts = {"name": _("Such as: Age, or Date of training.")}
        widgets = {"type": forms.RadioSelect}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["type"].choices = FieldType.choices  # type: ignore[attr-defined]
        self.fields["name"].error_messages["required"] = gettext("Give it a name.")

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        others = ContactField.objects.filter(name__iexact=name).exclude(pk=self.instance.pk or "")
        if others.exists():
            raise ValidationError(gettext("There is a detail with this name already."))
        if not self.instance.pk:
            self.instance.key = key_of(name)
            if ContactField.objects.filter(key=self.instance.key).exists():
                raise ValidationError(gettext("There is a detail with nearly the same name already."))
        return name


class GlobalForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Global
        fields = ["name", "value"]
        labels = {"name": _("What it is called"), "value": _("Value")}
        help_texts = {"name": _("Such as: Hotline."), "value": _("What stands in its place in messages.")}
        widgets = {"value": forms.Textarea(attrs={"rows": 2})}

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not self.instance.pk:
            self.instance.key = key_of(name)
            if Global.objects.filter(key=self.instance.key).exists():
                raise ValidationError(gettext("There is a value with this name already."))
        return name


class LabelForm(NameForm):
    def clean_name(self) -> str:
        name = super().clean_name()
        if Label.objects.filter(name__iexact=name).exists():
            raise ValidationError(gettext("There is a label with this name already."))
        return name


def key_of(name: str) -> str:
    """The key that flows name it by. Raises ValidationError where a name has none of its own."""
    key = re.sub(r"[^a-z0-9]+", "_", plain(name).lower()).strip("_")[:36]
    if not re.match(r"[a-z]", key) or key in RESERVED:
        raise ValidationError(gettext("Use another name, one that begins with a letter."))
    return key
