"""The forms of a send, and of a saved audience."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mhero.messaging.circumstances import rules
from mhero.messaging.models import SendingRules, SMSChannel
from mhero.messaging.personal import problem_of
from mhero.messaging.quiet import is_quiet, is_quiet_time, next_allowed
from mhero.messaging.segments import count
from mhero.outreach.audience import QUERY_KEYS, Filter
from mhero.outreach.choices import Options
from mhero.outreach.models import Audience, Draft, Repeat, Schedule
from mhero.outreach.turns import Pattern
from mhero.outreach.words import gender_name
from mhero.platform.clock import now
from mhero.platform.languages import language_name

#: More would cost a lot and be read by few.
MOST_SEGMENTS = 6
MOST_CHARACTERS = 2000
FARTHEST = timedelta(days=90)
EXPIRES_AFTER_HOURS = (2, 4, 8, 12, 24, 48, 72)


class WhoForm(forms.Form):
    """The parts of a filter that are lists of words. Places have a tree of their own."""

    #: Nothing here must be filled in, so the labels need not say so.
    all_optional = True

    cadre = forms.MultipleChoiceField(label=_("Cadre"), widget=forms.CheckboxSelectMultiple)
    facility_type = forms.MultipleChoiceField(
        label=_("Kind of facility"), widget=forms.CheckboxSelectMultiple
    )
    language = forms.MultipleChoiceField(label=_("Language"), widget=forms.CheckboxSelectMultiple)
    gender = forms.MultipleChoiceField(label=_("Gender"), widget=forms.CheckboxSelectMultiple)
    skill = forms.MultipleChoiceField(label=_("Skill or job"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, chosen: Filter, options: Options) -> None:
        super().__init__(initial={key: getattr(chosen, part) for part, key in QUERY_KEYS.items()})
        says = {"language": language_name, "gender": gender_name}
        for part, key in QUERY_KEYS.items():
            if key in self.fields:
                field = self.fields[key]
                field.required = False
                known = getattr(options, part)
                # What is chosen stays in sight when nobody fits it any more.
                gone = [(value, 0) for value in getattr(chosen, part) if value not in dict(known)]
                say = says.get(key, str)
                field.choices = [  # type: ignore[attr-defined]
                    (value, f"{say(value)} ({number_format(people, force_grouping=True)})")
                    for value, people in [*known, *gone]
                    if value
                ]


class TextForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the message says."""

    all_optional = True

    text = forms.CharField(
        label=_("Message"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "true"}),
        error_messages={"required": _("Write the message.")},
    )
    simplifies_accents = forms.ChoiceField(
        label=_("Letters with accents"),
        choices=[("", _("Keep them as they are")), ("1", _("Simplify them: é becomes e"))],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Some letters make a text message cost double. The line above shows both prices."),
    )
    name = forms.CharField(
        label=_("Name of this message"),
        max_length=200,
        required=False,
        help_text=_("Only your team sees it. Without a name the first words of the message are used."),
    )

    class Meta:
        model = Draft
        fields = ("text", "simplifies_accents", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["simplifies_accents"] = "1" if self.instance.simplifies_accents else ""

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if problem := problem_of(text):
            raise forms.ValidationError(problem)
        return text

    def clean_simplifies_accents(self) -> bool:
        return bool(self.cleaned_data["simplifies_accents"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "text" in cleaned:
            segments = count(cleaned["text"], simplify=cleaned.get("simplifies_accents", False)).segments
            if segments > MOST_SEGMENTS:
                self.add_error("text", too_long_in_words(segments))
        return cleaned


def too_long_in_words(segments: int) -> str:
    return gettext("The message takes %(segments)s SMS. Shorten it to %(most)s or fewer.") % {
        "segments": segments,
        "most": MOST_SEGMENTS,
    }


class RepeatFields(forms.Form):
    """How often a send is made again."""

    all_optional = True

    repeats = forms.ChoiceField(
        label=_("How often"), choices=Repeat.choices, required=False, widget=forms.RadioSelect
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days of the week"),
        choices=[(day, WEEKDAYS[day]) for day in range(7)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    month_day = forms.TypedChoiceField(
        label=_("On which day of the month"),
        choices=[
            ("", _("Choose a day")),
            *((day, str(day)) for day in range(1, Schedule.LAST_DAY)),
            (Schedule.LAST_DAY, _("The last day")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("In a shorter month it is sent on the last day."),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput,
        help_text=_("Leave it empty to go on until somebody stops it."),
    )

    def pattern(self, cleaned: dict[str, Any], quiet: SendingRules) -> Pattern | None:
        """What was chosen; None when it cannot be, which is said beside the field."""
        at, starts_on, ends_on = cleaned.get("time"), cleaned.get("day"), cleaned.get("ends_on")
        if not cleaned.get("repeats"):
            self.add_error("repeats", gettext("Choose how often."))
        elif cleaned["repeats"] == Repeat.WEEKLY and not cleaned.get("weekdays"):
            self.add_error("weekdays", gettext("Choose the days of the week."))
        elif cleaned["repeats"] == Repeat.MONTHLY and not cleaned.get("month_day"):
            self.add_error("month_day", gettext("Choose the day of the month."))
        if at is None:
            self.add_error("time", gettext("Choose the time."))
        elif is_quiet_time(at, quiet.quiet_from, quiet.quiet_until):
            self.add_error("time", gettext("This is in the quiet hours. Choose a time outside them."))
        if ends_on and ends_on < (starts_on or now().date()):
            self.add_error("ends_on", gettext("The last day is before the first."))
        if self.errors or at is None:
            return None
        return Pattern(
            repeats=cleaned["repeats"],
            weekdays=sorted(cleaned["weekdays"]) if cleaned["repeats"] == Repeat.WEEKLY else (),
            month_day=cleaned["month_day"] if cleaned["repeats"] == Repeat.MONTHLY else None,
            at=at,
            starts_on=starts_on,
            ends_on=ends_on,
        )


class RepeatForm(RepeatFields):
    """Another pattern for a send that is made again and again."""

    time = forms.TimeField(label=_("Time"), required=False, widget=forms.TimeInput)
    field_order = ("repeats", "weekdays", "month_day", "time", "ends_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["pattern"] = self.pattern(cleaned, rules())
        return cleaned


class WhenForm(RepeatFields):
    """When it goes out, until when, and by which channel."""

    when = forms.ChoiceField(
        label=_("When to send"),
        choices=[("now", _("Now")), ("later", _("At a later time")), ("repeat", _("Again and again"))],
        initial="now",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose when to send.")},
    )
    day = forms.DateField(label=_("Day, or the first day"), required=False, widget=forms.DateInput)
    time = forms.TimeField(label=_("Time, unless you send now"), required=False, widget=forms.TimeInput)
    expires_after_hours = forms.TypedChoiceField(
        label=_("Give up after"),
        coerce=int,
        help_text=_("A message that could not leave by then is not sent any more."),
    )
    sms_channel = forms.ModelChoiceField(
        label=_("Send through"),
        queryset=SMSChannel.objects.none(),
        required=False,
        empty_label=_("The channel that suits each number"),
        widget=forms.RadioSelect,
    )
    asks_again = forms.BooleanField(
        label=_("Ask those who do not answer once more"),
        required=False,
        help_text=_("On the next day, at another time of day. Whoever answers or opts out is left out."),
    )
    #: How many people the page said will get the message.
    shown = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, zone: ZoneInfo, zone_name: str, asks: bool = False, **kwargs: Any) -> None:
        """`asks`: whether what is sent are questions."""
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["asks_again"]
        self.zone = zone
        self.rules = rules()
        # The third has a button of its own.
        self.fields["when"].widget.choices = [("now", _("Now")), ("later", _("At a later time"))]
        usual = self.rules.expires_after_hours
        self.fields["expires_after_hours"].initial = usual
        self.fields["expires_after_hours"].choices = [  # type: ignore[attr-defined]
            (hours, ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours})
            for hours in sorted({*EXPIRES_AFTER_HOURS, usual})
        ]
        self.fields["time"].help_text = zone_name
        channels = SMSChannel.objects.filter(is_enabled=True).order_by("created_at")
        self.fields["sms_channel"].queryset = channels  # type: ignore[attr-defined]
        if channels.count() < 2:
            del self.fields["sms_channel"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["when"] == "repeat":
            cleaned["pattern"] = self.pattern(cleaned, self.rules)
        starts_at = self._chosen_time(cleaned) if cleaned["when"] == "later" else None
        cleaned["starts_at"] = starts_at
        if not self.errors:
            # Counted from when the first message may leave: quiet hours must not eat it up.
            begins = next_allowed(
                starts_at or now(), self.rules.quiet_from, self.rules.quiet_until, self.zone
            )
            cleaned["expires_at"] = begins + timedelta(hours=cleaned["expires_after_hours"])
        return cleaned

    def _chosen_time(self, cleaned: dict[str, Any]) -> datetime | None:
        if not cleaned.get("day") or not cleaned.get("time"):
            field = "time" if cleaned.get("day") else "day"
            self.add_error(field, gettext("Choose the day and the time, or choose Now."))
            return None
        at = datetime.combine(cleaned["day"], cleaned["time"], tzinfo=self.zone)
        if at <= now():
            self.add_error("time", gettext("This time has passed. Choose a later one."))
        elif at > now() + FARTHEST:
            self.add_error("day", gettext("Choose a day within the next 90 days."))
        elif is_quiet(at, self.rules.quiet_from, self.rules.quiet_until, self.zone):
            self.add_error("time", gettext("This is in the quiet hours. Choose a time outside them."))
        return at


class AudienceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name of a saved choice of people."""

    class Meta:
        model = Audience
        fields = ("name",)
        labels = {"name": _("Name of the list")}
        help_texts = {
            "name": _("You will find the list again by this name. Everyone in the team can use it.")
        }
        error_messages = {"name": {"required": _("Give the list a name.")}}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        others = Audience.objects.filter(archived_at__isnull=True, name__iexact=name).exclude(
            pk=self.instance.pk
        )
        if others.exists():
            raise forms.ValidationError(
                gettext("There is a list with this name already. Choose another name.")
            )
        return name
