"""The forms of clients' visits: a client, what became of a visit, kinds of visits, and the rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.outreach.care.checking import FIELDS, Checker
from mhero.outreach.care.models import CareClient, CareRules, VisitKind
from mhero.outreach.care.neutral import telling_word
from mhero.outreach.care.services import Planned
from mhero.registry.models import Person

LANGUAGES: Final = [("en", _("English")), ("fr", _("French")), ("sw", _("Swahili"))]
#: A reminder further from the day would be forgotten by then.
FURTHEST: Final = 60


class DayInput(forms.DateInput):
    """The browser's own box for a day."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"})


class ClientForm(forms.Form):
    """A client, with a first visit when she is new. What it holds is checked as a row of a spreadsheet is."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    number = forms.CharField(
        label=_("Number at the facility"),
        max_length=40,
        required=False,
        help_text=_("The facility’s own number of the client. It can stand in place of the name."),
    )
    facility = forms.CharField(
        label=_("Facility"),
        max_length=200,
        help_text=_("A part of its name is enough, if it is the only one."),
    )
    kind = forms.ChoiceField(label=_("What the client comes for"))
    due_on = forms.CharField(label=_("Day of the visit"), widget=DayInput())
    phone = forms.CharField(label=_("Client’s phone number"), max_length=60, required=False)
    agreed = forms.BooleanField(label=_("The client agreed to get text messages"), required=False)
    language = forms.ChoiceField(
        label=_("Language of texts to the client"), choices=LANGUAGES, widget=forms.RadioSelect, initial="en"
    )
    worker = forms.CharField(
        label=_("Health worker responsible"),
        max_length=100,
        required=False,
        help_text=_("Name or phone number. Without one the facility’s in-charge is reminded."),
    )

    def __init__(self, checker: Checker, client: CareClient | None = None, data: Any = None) -> None:
        self._checker = checker
        self.client = client
        super().__init__(data, initial=_initial(client) if client else {"language": "en"})
        self.fields["kind"].choices = [(str(kind.id), str(kind)) for kind in checker.kinds]  # type: ignore[attr-defined]
        if client:
            del self.fields["kind"], self.fields["due_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        values = {name: str(cleaned.get(name) or "") for name in FIELDS}
        values["agreed"] = "yes" if cleaned.get("agreed") else "no"
        if self.client:
            values["due_on"] = self._checker.today.isoformat()
        checked = self._checker.check(values)
        for name, words in checked.errors.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, words)
        self.planned: Planned | None = checked.planned
        return cleaned

    def as_client(self) -> CareClient:
        """The client that is changed, as the form has it."""
        if self.client is None or self.planned is None:
            raise ValueError("the form is of a new client")
        for name in ("name", "number", "facility", "phone", "agreed", "language", "worker_id"):
            setattr(self.client, name, getattr(self.planned, name))
        return self.client


def _initial(client: CareClient) -> dict[str, Any]:
    worker = Person.objects.filter(id=client.worker_id).first() if client.worker_id else None
    return {
        "name": client.name,
        "number": client.number,
        "facility": client.facility.name.strip(),
        "phone": client.phone,
        "agreed": client.agreed,
        "language": client.language,
        "worker": worker.name if worker else "",
    }


class VisitForm(forms.Form):
    """Another visit of a client."""

    kind = forms.ChoiceField(label=_("What the client comes for"))
    due_on = forms.DateField(label=_("Day of the visit"), widget=DayInput())

    def __init__(self, kinds: Sequence[VisitKind], today: date, data: Any = None) -> None:
        self._today = today
        super().__init__(data)
        self.fields["kind"].choices = [(str(kind.id), str(kind)) for kind in kinds]  # type: ignore[attr-defined]

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < self._today:
            raise ValidationError(gettext("This day is over."))
        return day


class OutcomeForm(forms.Form):
    OUTCOMES: Final = [
        ("done", _("The client came")),
        ("missed", _("The client did not come")),
        ("moved", _("It was moved to another day")),
        ("cancelled", _("It does not take place")),
    ]

    outcome = forms.ChoiceField(label=_("What became of it"), choices=OUTCOMES, widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=DayInput(),
        help_text=_("On which the client came, or is to come now. Leave it empty for today."),
    )

    def __init__(self, today: date, data: Any = None) -> None:
        self._today = today
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        outcome, day = cleaned.get("outcome"), cleaned.get("day")
        if outcome == "moved" and "day" not in self.errors and (day is None or day < self._today):
            self.add_error("day", gettext("Enter the new day, from today on."))
        if outcome == "done" and day and day > self._today:
            self.add_error("day", gettext("This day is not over yet."))
        return cleaned


class KindForm(forms.Form):
    name_en = forms.CharField(
        label=_("In English"),
        max_length=20,
        help_text=_(
            "A neutral word, such as visit, check-up or dose. It is in texts that others may read, so it "
            "names no disease and no test."
        ),
    )
    name_fr = forms.CharField(label=_("In French"), max_length=20)
    name_sw = forms.CharField(label=_("In Swahili"), max_length=20)
    stage = forms.ChoiceField(
        label=_("Programme stage in DHIS2"),
        required=False,
        help_text=_("Its events that are scheduled become visits of this kind."),
    )

    def __init__(
        self, kind: VisitKind, stages: Sequence[tuple[str, str, str]] | None, data: Any = None
    ) -> None:
        """`stages`: (programme, stage, words) of DHIS2; None when it does not answer."""
        self.kind = kind
        self._programs = {stage: program for program, stage, _ in stages or ()}
        names = ("name_en", "name_fr", "name_sw", "stage")
        super().__init__(data, initial={name: getattr(kind, name) for name in names})
        choices = [(stage, words) for _, stage, words in stages or ()]
        if kind.stage and kind.stage not in self._programs:
            choices.append((kind.stage, kind.stage))
            self._programs[kind.stage] = kind.program
        self.fields["stage"].choices = [("", gettext("None")), *choices]  # type: ignore[attr-defined]
        if stages is None:
            self.fields["stage"].help_text = _("DHIS2 is not connected, or does not answer now.")

    def clean_name_en(self) -> str:
        return self._neutral("name_en")

    def clean_name_fr(self) -> str:
        return self._neutral("name_fr")

    def clean_name_sw(self) -> str:
        return self._neutral("name_sw")

    def _neutral(self, field: str) -> str:
        name = " ".join(self.cleaned_data[field].split())
        if word := telling_word(name):
            raise ValidationError(
                gettext(
                    "“%(word)s” tells what the client has or is tested for. Whoever reads the client’s phone "
                    "would know. Choose a neutral word, such as visit or check-up."
                )
                % {"word": word}
            )
        return name

    def clean_stage(self) -> str:
        stage: str = self.cleaned_data["stage"]
        others = VisitKind.objects.filter(stage=stage, archived_at=None).exclude(id=self.kind.id)
        if stage and others.exists():
            raise ValidationError(gettext("Another kind of visit has this stage."))
        return stage

    def as_kind(self) -> VisitKind:
        for name in ("name_en", "name_fr", "name_sw", "stage"):
            setattr(self.kind, name, self.cleaned_data[name])
        self.kind.program = self._programs.get(self.kind.stage, "")
        return self.kind


class RulesForm(forms.Form):
    before = forms.CharField(
        label=_("Days before"),
        required=False,
        max_length=40,
        help_text=_("On how many days before the visit somebody is reminded: 1, or 7, 1. Empty for none."),
    )
    on_day = forms.BooleanField(label=_("On the day itself"), required=False)
    after = forms.CharField(
        label=_("Days after"),
        required=False,
        max_length=40,
        help_text=_("While nobody has said what became of the visit: 2, or 2, 7. Empty for none."),
    )
    remind_at = forms.TimeField(label=_("Time of day"), widget=forms.TimeInput(attrs={"type": "time"}))
    tells_clients = forms.BooleanField(
        label=_("Clients who agreed are texted too"),
        required=False,
        help_text=_("The health worker who is responsible is always reminded."),
    )
    missed_after_days = forms.IntegerField(
        label=_("Days without a word after which a visit counts as missed"), min_value=1, max_value=90
    )
    retention_days = forms.IntegerField(
        label=_("Days that names and numbers are kept"),
        min_value=1,
        max_value=3650,
        help_text=_("Counted from the end of a client’s last visit. Then they are removed, also from texts."),
    )

    def __init__(self, rules: CareRules, data: Any = None) -> None:
        self.rules = rules
        names = ("remind_at", "tells_clients", "missed_after_days", "retention_days")
        super().__init__(
            data,
            initial={
                **{name: getattr(rules, name) for name in names},
                "before": ", ".join(str(-day) for day in sorted(rules.days) if day < 0),
                "on_day": 0 in rules.days,
                "after": ", ".join(str(day) for day in sorted(rules.days) if day > 0),
            },
        )
        self._names = names

    def clean_before(self) -> list[int]:
        return [-day for day in self._numbers("before")]

    def clean_after(self) -> list[int]:
        return self._numbers("after")

    def _numbers(self, field: str) -> list[int]:
        written = self.cleaned_data[field].replace(",", " ").replace(";", " ").split()
        if not all(one.isdecimal() and 1 <= int(one) <= FURTHEST for one in written):
            raise ValidationError(
                gettext("Write numbers of days from 1 to %(most)s, such as 7, 1.") % {"most": FURTHEST}
            )
        return sorted({int(one) for one in written})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        after = cleaned.get("after") or []
        if after and cleaned.get("missed_after_days") and max(after) >= cleaned["missed_after_days"]:
            self.add_error(
                "missed_after_days", gettext("This has to be later than the last reminder after the day.")
            )
        return cleaned

    def as_rules(self) -> CareRules:
        for name in self._names:
            setattr(self.rules, name, self.cleaned_data[name])
        on_day = [0] if self.cleaned_data["on_day"] else []
        self.rules.days = sorted([*self.cleaned_data["before"], *on_day, *self.cleaned_data["after"]])
        return self.rules
