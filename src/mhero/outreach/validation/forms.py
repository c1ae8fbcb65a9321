"""The forms of validation: a round, and a value that an officer chooses herself."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.outreach.audience import Filter
from mhero.outreach.choices import Options, PlaceOption
from mhero.outreach.validation import reading, subjects
from mhero.outreach.validation.kinds import ASKED_OF, RoundKind, Subject, Sure
from mhero.outreach.validation.models import ValidationRound
from mhero.outreach.validation.reading import Read
from mhero.platform.clock import Clock, now
from mhero.registry.models import Place, PlaceKind

#: What a round can ask, as a page says it.
_PARTS: Final = {
    Subject.NAME: _("Name"),
    Subject.JOB: _("Post"),
    Subject.PLACE: _("Facility where they work"),
    Subject.PHONE: _("Phone number"),
    Subject.STATUS: _("Whether the facility is open"),
    Subject.WORK: _("Its people: who has left, who is new"),
    Subject.SERVICES: _("The services it offers"),
    Subject.PLACE_PHONE: _("Its phone number"),
}


class RoundForm(forms.Form):
    #: What may stay empty says so itself.
    all_optional = True

    name = forms.CharField(
        label=_("Name of this round"), max_length=64, help_text=_("Only your team sees it.")
    )
    kind = forms.ChoiceField(
        label=_("Who is asked"),
        choices=RoundKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who is asked.")},
    )
    people_parts = forms.MultipleChoiceField(
        label=_("What each person can correct"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(part.value, _PARTS[part]) for part in ASKED_OF[RoundKind.PEOPLE]],
        help_text=_("Everybody is shown their name, post and facility, and says whether that is right."),
    )
    in_charge_parts = forms.MultipleChoiceField(
        label=_("What each in-charge is asked"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(part.value, _PARTS[part]) for part in ASKED_OF[RoundKind.IN_CHARGES]],
        help_text=_("Whether the facility is open is always asked first."),
    )
    place = forms.MultipleChoiceField(
        label=_("Where"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none for everywhere."),
    )
    cadre = forms.MultipleChoiceField(
        label=_("Cadres"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of people who are asked about themselves. Tick none for all."),
    )
    when = forms.ChoiceField(
        label=_("When to ask"),
        choices=[("now", _("Now")), ("later", _("At a later time"))],
        widget=forms.RadioSelect,
        initial="now",
        error_messages={"required": _("Choose when to ask.")},
    )
    day = forms.DateField(label=_("Day, unless you ask now"), required=False, widget=forms.DateInput)
    time = forms.TimeField(label=_("Time, unless you ask now"), required=False, widget=forms.TimeInput)

    def __init__(
        self,
        round: ValidationRound,
        tree: tuple[PlaceOption, ...],
        options: Options,
        zone: ZoneInfo,
        data: Any = None,
        clock: Clock = now,
    ) -> None:
        self.round = round
        self._zone = zone
        self._clock = clock
        chosen = Filter.from_json(round.filter)
        local = round.starts_at.astimezone(zone) if round.starts_at else None
        parts = set(round.parts)
        initial: dict[str, Any] = {
            "name": round.name,
            "kind": round.kind,
            "people_parts": parts or [part.value for part in ASKED_OF[RoundKind.PEOPLE]],
            "in_charge_parts": parts or [part.value for part in ASKED_OF[RoundKind.IN_CHARGES]],
            "place": [str(place) for place in chosen.places],
            "cadre": chosen.cadres,
            "when": "later" if local else "now",
            "day": local.date() if local else None,
            "time": local.time() if local else None,
        }
        super().__init__(data, initial=initial)
        places = [(str(one.id), f"{one.name} ({_n(one.people)})") for one in tree]
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        cadres = [(name, f"{name} ({_n(people)})") for name, people in options.cadres]
        self.fields["cadre"].choices = cadres  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        parts = "people_parts" if kind == RoundKind.PEOPLE else "in_charge_parts"
        if kind and not cleaned.get(parts):
            self.add_error(parts, gettext("Tick at least one."))
        cleaned["starts_at"] = None
        if cleaned.get("when") == "later":
            for name in ("day", "time"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, gettext("Enter when to ask, or choose to ask now."))
            if cleaned.get("day") and cleaned.get("time"):
                moment = datetime.combine(cleaned["day"], cleaned["time"], tzinfo=self._zone)
                if moment <= self._clock():
                    self.add_error("day", gettext("This time is over. Choose a later one."))
                cleaned["starts_at"] = moment
        return cleaned

    def as_round(self) -> ValidationRound:
        said, round = self.cleaned_data, self.round
        round.name, round.kind, round.starts_at = said["name"], said["kind"], said["starts_at"]
        is_people = said["kind"] == RoundKind.PEOPLE
        asked = ASKED_OF[RoundKind(said["kind"])]
        ticked = said["people_parts" if is_people else "in_charge_parts"]
        round.parts = [part.value for part in asked if part in ticked]
        round.filter = Filter(
            places=tuple(UUID(place) for place in said["place"]),
            cadres=tuple(said["cadre"]) if is_people else (),
        ).to_json()
        return round


class ValueForm(forms.Form):
    """The new value, where an officer knows it better than what could be read."""

    value = forms.CharField(label=_("New value"), max_length=300)

    def __init__(self, subject: str, area: list[UUID], current: str, data: Any = None) -> None:
        self._subject = Subject(subject)
        super().__init__(data, initial={"value": current})
        if subject == Subject.JOB:
            titles = [(title, title) for title in subjects.jobs()]
            self.fields["value"] = forms.ChoiceField(
                label=_("Post"), choices=[("", gettext("Choose a post")), *titles]
            )
        elif subject == Subject.PLACE:
            self.fields["value"] = forms.ChoiceField(label=_("Facility"), choices=_facilities(area, current))
        else:
            self.fields["value"].label = self._subject.label

    def clean_value(self) -> str:
        said: str = self.cleaned_data["value"]
        read = self._read(said)
        if read.sure == Sure.UNCLEAR:
            problems = {
                Subject.NAME: gettext("Enter the full name, of at least two words."),
                Subject.PHONE: gettext("Enter one phone number that can be texted."),
                Subject.PLACE_PHONE: gettext("Enter one phone number that can be texted."),
            }
            raise ValidationError(problems.get(self._subject, gettext("Choose one of the list.")))
        self.chosen = read
        return said

    def _read(self, said: str) -> Read:
        match self._subject:
            case Subject.NAME:
                return reading.name(said)
            case Subject.JOB:
                codes = subjects.codes_of(said)
                if codes:
                    return Read(sure=Sure.CERTAIN, new=said, words=said, value={"codes": codes})
            case Subject.PLACE:
                return reading.at_place(UUID(said), Sure.CERTAIN)
            case Subject.PHONE | Subject.PLACE_PHONE:
                return reading.phone(said, is_persons=False)
            case Subject.SERVICES:
                return Read(sure=Sure.CERTAIN, new=said, words=said, value={"services": said})
        return Read(sure=Sure.UNCLEAR)


#: What an officer can choose the value of.
CHOOSABLE: Final = frozenset(
    {Subject.NAME, Subject.JOB, Subject.PLACE, Subject.PHONE, Subject.PLACE_PHONE, Subject.SERVICES}
)


def _facilities(area: list[UUID], current: str) -> list[tuple[str, str]]:
    """The facilities of the county, and the one that is proposed."""
    open_ = Place.objects.filter(kind=PlaceKind.FACILITY, is_active=True).select_related("parent")
    near = open_.filter(path__overlap=area[1:2]) if len(area) > 1 else open_
    choices = [
        (str(one.id), f"{one.name.strip()}, {one.parent.name}" if one.parent else one.name)
        for one in near.order_by("name")
    ]
    if current and current not in dict(choices):
        choices.insert(0, (current, subjects.place_words(UUID(current))))
    return [("", gettext("Choose a facility")), *choices]


def _n(number: int) -> str:
    return number_format(number, force_grouping=True)
