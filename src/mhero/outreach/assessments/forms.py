"""The forms on which an assessment is set up: what, who, when, and where the answers go."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mhero.connectors.queries import DataSet
from mhero.messaging.asked import Question
from mhero.messaging.circumstances import rules
from mhero.messaging.queries.questions import Askable
from mhero.messaging.quiet import is_quiet_time
from mhero.outreach.assessments.models import REPEATS, Assessment, Who
from mhero.outreach.assessments.values import fits
from mhero.outreach.audience import Filter
from mhero.outreach.choices import Options
from mhero.outreach.forms import WhoForm
from mhero.outreach.periods import PeriodType

#: By how often it is asked: the last day of asking, and the most days that an answer may take.
LAST_DAY: Final = {PeriodType.WEEKLY: 7, PeriodType.MONTHLY: 28, PeriodType.QUARTERLY: 90}
#: How many days lie between two times of asking, at least.
_BETWEEN: Final = {PeriodType.WEEKLY: 7, PeriodType.MONTHLY: 28, PeriodType.QUARTERLY: 90}
LONGEST: Final = {"": 90, PeriodType.WEEKLY: 5, PeriodType.MONTHLY: 25, PeriodType.QUARTERLY: 80}
MOST_REMINDERS: Final = 5
#: What the form says where the model has nothing, or yes and no.
ONCE, BEFORE, NOW = "once", "before", "now"
FARTHEST_REMINDER: Final = 60


class WhatForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the assessment"),
        max_length=60,
        help_text=_("Health workers see it in reminders. Keep it short: “Cold chain check”."),
        error_messages={"required": _("Give the assessment a name.")},
    )
    flow = forms.ChoiceField(
        label=_("Which questions"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the questions."),
            "invalid_choice": _("Choose the questions."),
        },
    )

    def __init__(self, assessment: Assessment, flows: Sequence[Askable], data: Any = None) -> None:
        self.assessment = assessment
        chosen = str(assessment.flow_id or "")
        super().__init__(data, initial={"name": assessment.name, "flow": chosen})
        self._flows = {str(each.flow.id): each.flow for each in flows if each.definition is not None}
        self.fields["flow"].choices = [  # type: ignore[attr-defined]
            (str(each.flow.id), _questions_in_words(each)) for each in flows if each.definition is not None
        ]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def as_assessment(self) -> Assessment:
        flow = self._flows[self.cleaned_data["flow"]]
        if flow.id != self.assessment.flow_id:
            # What other questions were brought to DHIS2 as says nothing of these.
            self.assessment.elements = {}
        self.assessment.name, self.assessment.flow = self.cleaned_data["name"], flow
        return self.assessment


def _questions_in_words(each: Askable) -> str:
    number = each.weight.questions
    words = ngettext("%(name)s (%(number)s question)", "%(name)s (%(number)s questions)", number)
    return words % {"name": each.flow.name, "number": number}


class WhoAskedForm(WhoForm):
    who = forms.ChoiceField(
        label=_("Who is asked"),
        choices=Who.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who is asked.")},
    )
    field_order = ("who", "facility_type", "cadre")

    def __init__(self, assessment: Assessment, chosen: Filter, options: Options, data: Any = None) -> None:
        super().__init__(chosen, options)
        for name in ("language", "gender", "skill"):
            del self.fields[name]
        self.assessment = assessment
        self.fields["who"].initial = assessment.who
        self.fields["cadre"].help_text = _("Counts only when everyone who fits is asked.")
        if data is not None:
            self.data, self.is_bound = data, True

    def as_assessment(self, chosen: Filter) -> Assessment:
        self.assessment.who, self.assessment.filter = self.cleaned_data["who"], chosen.to_json()
        return self.assessment


class WhenForm(forms.Form):
    repeats = forms.TypedChoiceField(
        label=_("How often it is asked"),
        choices=[(value or ONCE, label) for value, label in REPEATS],
        coerce=lambda value: "" if value == ONCE else value,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how often.")},
    )
    starts_on = forms.DateField(
        label=_("Day, or the first day that counts"),
        widget=forms.DateInput,
        error_messages={"required": _("Choose the day.")},
    )
    ask_on = forms.IntegerField(
        label=_("On which day of the period"),
        required=False,
        min_value=1,
        help_text=_(
            "Of a week from 1, Monday, to 7; of a month from 1 to 28; of a quarter from 1 to 90. "
            "Leave it empty when it is asked once."
        ),
    )
    ask_at = forms.TimeField(label=_("Time of day"), widget=forms.TimeInput)
    is_about_before = forms.TypedChoiceField(
        label=_("What the answers are about"),
        choices=[
            (BEFORE, _("The period that has just ended")),
            (NOW, _("The period in which they are asked")),
        ],
        coerce=lambda value: value == BEFORE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the answers are about.")},
    )
    due_after_days = forms.IntegerField(
        label=_("Days to answer"),
        min_value=0,
        help_text=_("With 5, what is asked on the 1st is due on the 6th. Later answers count as late."),
    )
    remind_before = forms.CharField(
        label=_("Remind so many days before the due day"),
        required=False,
        max_length=20,
        help_text=_("One number or several, such as 2, 1. Only those who have not answered are reminded."),
    )
    remind_after = forms.CharField(
        label=_("Remind so many days after the due day"), required=False, max_length=20
    )
    escalate_after = forms.IntegerField(
        label=_("Tell supervisors so many days after the due day"),
        required=False,
        min_value=1,
        max_value=FARTHEST_REMINDER,
        help_text=_("They get one text that names who has not reported. Leave it empty to tell nobody."),
    )

    def __init__(self, assessment: Assessment, today: date, data: Any = None) -> None:
        self.assessment, self.today = assessment, today
        super().__init__(
            data,
            initial={
                "repeats": assessment.repeats or ONCE,
                "starts_on": assessment.starts_on or today,
                "ask_on": assessment.ask_on,
                "ask_at": assessment.ask_at,
                "is_about_before": BEFORE if assessment.is_about_before else NOW,
                "due_after_days": assessment.due_after_days,
                "remind_before": ", ".join(map(str, assessment.remind_before)),
                "remind_after": ", ".join(map(str, assessment.remind_after)),
                "escalate_after": assessment.escalate_after,
            },
        )

    def clean_remind_before(self) -> list[int]:
        return sorted(_days(self.cleaned_data["remind_before"]), reverse=True)

    def clean_remind_after(self) -> list[int]:
        return sorted(_days(self.cleaned_data["remind_after"]))

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day < self.today and day != self.assessment.starts_on:
            raise ValidationError(gettext("This day has passed. Choose a later one."))
        return day

    def clean_ask_at(self) -> Any:
        quiet = rules()
        if is_quiet_time(self.cleaned_data["ask_at"], quiet.quiet_from, quiet.quiet_until):
            raise ValidationError(gettext("This is in the quiet hours. Choose a time outside them."))
        return self.cleaned_data["ask_at"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        repeats, due = cleaned.get("repeats", ""), cleaned.get("due_after_days")
        if repeats:
            self._check_day(PeriodType(repeats), cleaned.get("ask_on"))
        elif not self.has_error("ask_on"):
            cleaned["ask_on"] = 1
        if due is None:
            return cleaned
        longest = LONGEST[PeriodType(repeats) if repeats else ""]
        if due > longest:
            words = gettext("Choose %(most)s days or fewer, so that it is due before it is asked again.")
            self.add_error("due_after_days", words % {"most": longest})
        elif any(days >= due for days in cleaned.get("remind_before", ())):
            words = gettext("There are only %(days)s days from asking to the due day.")
            self.add_error("remind_before", words % {"days": due})
        if repeats and due <= longest:
            self._check_after(cleaned, _BETWEEN[PeriodType(repeats)] - due)
        return cleaned

    def _check_after(self, cleaned: dict[str, Any], left: int) -> None:
        """What follows the due day must come before it is asked again, in so many days."""
        words = gettext("It is asked again %(days)s days after the due day. Choose fewer days.") % {
            "days": left
        }
        if any(days >= left for days in cleaned.get("remind_after", ())):
            self.add_error("remind_after", words)
        if (cleaned.get("escalate_after") or 0) >= left:
            self.add_error("escalate_after", words)

    def _check_day(self, repeats: PeriodType, day: int | None) -> None:
        if self.has_error("ask_on"):
            return
        if day is None:
            self.add_error("ask_on", gettext("Choose the day on which it is asked."))
        elif day > LAST_DAY[repeats]:
            words = gettext("Enter a day from 1 to %(last)s.") % {"last": LAST_DAY[repeats]}
            self.add_error("ask_on", words)

    def as_assessment(self) -> Assessment:
        if self.cleaned_data["repeats"] != self.assessment.repeats:
            # A data set has a period of its own.
            self.assessment.data_set, self.assessment.elements = "", {}
        for name in self.fields:
            setattr(self.assessment, name, self.cleaned_data[name])
        return self.assessment


def _days(text: str) -> list[int]:
    """ "2, 1" as numbers."""
    words = text.replace(",", " ").replace(";", " ").split()
    days = {int(word) for word in words if word.isascii() and word.isdigit()}
    if len(days) != len(words) or not all(1 <= day <= FARTHEST_REMINDER for day in days):
        raise ValidationError(
            gettext("Enter different numbers from 1 to %(most)s, with commas between them.")
            % {"most": FARTHEST_REMINDER}
        )
    if len(days) > MOST_REMINDERS:
        raise ValidationError(gettext("Enter %(most)s numbers or fewer.") % {"most": MOST_REMINDERS})
    return list(days)


class Dhis2Form(forms.Form):
    """The data set, and for each question the element that its answers go to."""

    data_set = forms.ChoiceField(label=_("Data set in DHIS2"), required=False)

    def __init__(
        self,
        assessment: Assessment,
        asked: Sequence[Question],
        data_sets: Sequence[DataSet] | None,
        data: Any = None,
    ) -> None:
        self.assessment = assessment
        fitting = [one for one in data_sets or () if one.period_type == assessment.repeats]
        self._sets = {one.id: one for one in fitting}
        kept = {f"element_{key}": one["id"] for key, one in assessment.elements.items()}
        super().__init__(data, initial={"data_set": assessment.data_set, **kept})
        sets = [(one.id, one.name) for one in fitting]
        if assessment.data_set and assessment.data_set not in self._sets:
            sets.append((assessment.data_set, assessment.data_set))
        self.fields["data_set"].choices = [("", gettext("Nothing goes to DHIS2")), *sets]  # type: ignore[attr-defined]
        if data_sets is None:
            self.fields["data_set"].help_text = _("DHIS2 is not connected, or does not answer now.")
        elif not fitting:
            self.fields["data_set"].help_text = _("DHIS2 has no data set with this period.")
        self._asked = list(asked)
        chosen = self._sets.get(assessment.data_set)
        if chosen:
            for question in self._asked:
                self.fields[f"element_{question.key}"] = _element_field(question, chosen)

    @property
    def has_elements(self) -> bool:
        return len(self.fields) > 1

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen: dict[str, str] = {}
        for question in self._asked:
            name = f"element_{question.key}"
            element = cleaned.get(name)
            if element and element in seen:
                self.add_error(name, gettext("Another question goes to this data element already."))
            elif element:
                seen[element] = question.key
        return cleaned

    def as_assessment(self) -> Assessment:
        data_set = self.cleaned_data["data_set"]
        is_other = data_set != self.assessment.data_set
        self.assessment.data_set = data_set
        chosen = self._sets.get(data_set)
        if is_other:
            self.assessment.elements = {}
        elif chosen:
            types = {one.id: one.value_type for one in chosen.elements}
            named = {
                question.key: self.cleaned_data.get(f"element_{question.key}") for question in self._asked
            }
            self.assessment.elements = {
                key: {"id": element, "type": types[element]} for key, element in named.items() if element
            }
        return self.assessment


def _element_field(question: Question, data_set: DataSet) -> forms.ChoiceField:
    fitting = [(one.id, one.name) for one in data_set.elements if fits(question, one.value_type)]
    return forms.ChoiceField(
        label=question.prompt.splitlines()[0] if question.prompt else question.name,
        choices=[("", gettext("It does not go to DHIS2")), *fitting],
        required=False,
        help_text="" if fitting else gettext("No data element of this set takes such an answer."),
    )
