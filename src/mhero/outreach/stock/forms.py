"""The forms of stock: a product, and the rules of reporting."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.connectors.queries import DataSet
from mhero.outreach.periods import PeriodType
from mhero.outreach.stock.models import PERIOD_TYPES, StockProduct, StockRules, Unit
from mhero.outreach.texts import grammars
from mhero.outreach.texts.pieces import KEYWORDS
from mhero.outreach.texts.words import words

#: Most that fits in two SMS.
LONGEST_REQUEST: Final = 306
LAST_DAY: Final = 31
#: What a code cannot be, as it means something else in a report.
_TAKEN_WORDS: Final = (
    frozenset(KEYWORDS)
    | grammars.ZERO
    | grammars.DOUBTS
    | frozenset(word for written in grammars.UNITS.values() for word in written)
)


class ProductForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    code = forms.CharField(
        label=_("Short code"),
        max_length=10,
        help_text=_("What health workers write, such as mal: two to five letters are best."),
    )
    other_names = forms.CharField(
        label=_("Other names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What they may write in its place, one on each line."),
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=Unit.choices,
        help_text=_("A report in another unit is asked back."),
    )
    facility_types = forms.MultipleChoiceField(
        label=_("Kinds of facility that keep it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none for all kinds."),
    )
    data_element = forms.ChoiceField(label=_("Data element in DHIS2"), required=False)

    def __init__(
        self, product: StockProduct, kinds: Iterable[str], data_set: DataSet | None, data: Any = None
    ) -> None:
        self.product = product
        self._data_set = data_set
        super().__init__(
            data,
            initial={
                "name": product.name,
                "code": product.code,
                "other_names": "\n".join(product.other_names),
                "unit": product.unit,
                "facility_types": product.facility_types,
                "data_element": product.data_element,
            },
        )
        kept = product.facility_types
        self.fields["facility_types"].choices = [(kind, kind) for kind in sorted({*kinds, *kept})]  # type: ignore[attr-defined]
        elements = [(one.id, one.name) for one in data_set.elements] if data_set else []
        if product.data_element and product.data_element not in dict(elements):
            elements.append((product.data_element, product.data_element))
        nowhere = gettext("It does not go to DHIS2")
        self.fields["data_element"].choices = [("", nowhere), *elements]  # type: ignore[attr-defined]
        if data_set is None:
            self.fields["data_element"].help_text = _(
                "Choose the data set under “Who reports, and when” first."
            )

    def clean_code(self) -> str:
        code = " ".join(words(self.cleaned_data["code"]))
        if not code.isalnum() or not any(letter.isalpha() for letter in code):
            raise ValidationError(gettext("Use letters and digits, with at least one letter."))
        if code in _TAKEN_WORDS:
            raise ValidationError(gettext("This word means something else in a report. Choose another one."))
        if StockProduct.objects.filter(code=code).exclude(id=self.product.id).exists():
            raise ValidationError(gettext("Another product has this code."))
        return code

    def clean_other_names(self) -> list[str]:
        names = [" ".join(line.split()) for line in self.cleaned_data["other_names"].splitlines()]
        names = list(dict.fromkeys(name for name in names if name))
        if any(len(name) > 50 for name in names):
            raise ValidationError(gettext("A name can have 50 letters."))
        for other in StockProduct.objects.filter(archived_at=None).exclude(id=self.product.id):
            theirs = {" ".join(words(name)) for name in (other.code, other.name, *other.other_names)}
            if clash := next((name for name in names if " ".join(words(name)) in theirs), None):
                raise ValidationError(
                    gettext("%(product)s is called “%(name)s” already.")
                    % {"product": other.name, "name": clash}
                )
        return names

    def clean_data_element(self) -> str:
        chosen: str = self.cleaned_data["data_element"]
        element = (
            next((one for one in self._data_set.elements if one.id == chosen), None)
            if self._data_set
            else None
        )
        if element and not element.keeps_zero:
            raise ValidationError(
                gettext(
                    "DHIS2 forgets a zero of this data element, so a stock-out would be lost. "
                    "Ask its administrator to turn on “Store zero data values”."
                )
            )
        return chosen

    def as_product(self) -> StockProduct:
        for name in ("name", "code", "other_names", "unit", "facility_types", "data_element"):
            setattr(self.product, name, self.cleaned_data[name])
        return self.product


class RulesForm(forms.Form):
    period_type = forms.ChoiceField(
        label=_("How often stock is reported"), choices=PERIOD_TYPES, widget=forms.RadioSelect
    )
    cadres = forms.MultipleChoiceField(
        label=_("Cadres that report"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none for everybody who works at a facility."),
    )
    grace_days = forms.IntegerField(
        label=_("Days in which a report is about the period before"),
        min_value=0,
        max_value=15,
        help_text=_("With 5, a report on 3 March is about February."),
    )
    ask_on = forms.IntegerField(
        label=_("Day on which reporters are asked"),
        required=False,
        min_value=1,
        max_value=LAST_DAY,
        help_text=_("Day of the month, 1 to 31; of the week, 1 (Monday) to 7. Leave it empty to ask nobody."),
    )
    ask_at = forms.TimeField(label=_("Time of day"), widget=forms.TimeInput(attrs={"type": "time"}))
    ask_text = forms.CharField(
        label=_("What they are sent"),
        required=False,
        max_length=LONGEST_REQUEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    low_below = forms.FloatField(label=_("Months of stock that are too little"), min_value=0, max_value=24)
    data_set = forms.ChoiceField(label=_("Data set in DHIS2"), required=False)

    def __init__(
        self, rules: StockRules, cadres: Iterable[str], data_sets: Sequence[DataSet] | None, data: Any = None
    ) -> None:
        self.rules = rules
        self._data_sets = {one.id: one for one in data_sets or ()}
        names = (
            *("period_type", "cadres", "grace_days", "ask_on", "ask_at", "ask_text", "low_below"),
            "data_set",
        )
        super().__init__(data, initial={name: getattr(rules, name) for name in names})
        self._names = names
        self.fields["cadres"].choices = [(cadre, cadre) for cadre in sorted({*cadres, *rules.cadres})]  # type: ignore[attr-defined]
        sets = [(one.id, one.name) for one in self._data_sets.values()]
        if rules.data_set and rules.data_set not in self._data_sets:
            sets.append((rules.data_set, rules.data_set))
        self.fields["data_set"].choices = [("", gettext("Nothing goes to DHIS2")), *sets]  # type: ignore[attr-defined]
        if data_sets is None:
            self.fields["data_set"].help_text = _("DHIS2 is not connected, or does not answer now.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("ask_on") and not cleaned.get("ask_text", "").strip():
            self.add_error("ask_text", gettext("Write what reporters are sent."))
        if cleaned.get("period_type") == PeriodType.WEEKLY and (cleaned.get("ask_on") or 0) > 7:
            self.add_error("ask_on", gettext("Enter a day of the week, from 1 to 7."))
        chosen = self._data_sets.get(cleaned.get("data_set", ""))
        if chosen and cleaned.get("period_type") and chosen.period_type != cleaned["period_type"]:
            self.add_error("data_set", gettext("This data set has another period. Choose one that fits."))
        return cleaned

    def as_rules(self) -> StockRules:
        for name in self._names:
            setattr(self.rules, name, self.cleaned_data[name])
        return self.rules
