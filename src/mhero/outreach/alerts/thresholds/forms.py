"""The form of a threshold rule."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.connectors.queries import DataSet
from mhero.outreach.alerts.forms import RepeatFields, text_fields
from mhero.outreach.alerts.thresholds.models import ThresholdRule
from mhero.outreach.languages import language_of
from mhero.outreach.periods import PeriodType
from mhero.registry.models import Place

SUPERVISORS, TEAM = "supervisors", "team"
FACTORS: Final = ("1.5", "2", "3", "5")
_SUGGESTED: Final[Mapping[str, str]] = {
    "en": "@place: @number in @period, the limit is @limit. Find out why today.",
    "fr": "@place : @number en @period, la limite est @limit. Cherchez pourquoi aujourd'hui.",
    "sw": "@place: @number katika @period, kikomo ni @limit. Chunguza sababu leo.",
}
_PERIODS: Final[Mapping[str, str | Promise]] = {
    PeriodType.WEEKLY: _("every week"),
    PeriodType.MONTHLY: _("every month"),
    PeriodType.QUARTERLY: _("every quarter"),
}


class RuleForm(RepeatFields):
    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        help_text=_("Such as Cholera. Your team sees it."),
        error_messages={"required": _("Give the rule a name.")},
    )
    what = forms.ChoiceField(
        label=_("Number in DHIS2"),
        error_messages={"required": _("Choose the number to watch.")},
    )
    limit = forms.FloatField(
        label=_("Alert from this number on"),
        min_value=0.1,
        help_text=_("The sum of a place in one period."),
    )
    level = forms.TypedChoiceField(label=_("Add up by"), coerce=int)
    within = forms.ChoiceField(label=_("Where"), required=False)
    whom = forms.MultipleChoiceField(
        label=_("Whom to alert"),
        choices=[
            (SUPERVISORS, _("The officers in charge of the place, and of what it is in up to the county")),
            (TEAM, _("Members of your team who are responsible for it and have a mobile number")),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose whom to alert.")},
    )
    again_factor = forms.TypedChoiceField(
        label=_("Tell them once more"), coerce=float, empty_value=None, required=False
    )
    is_on = forms.BooleanField(label=_("This rule is on"), required=False)

    def __init__(
        self,
        rule: ThresholdRule,
        *,
        data_sets: Sequence[DataSet] | None,
        levels: Mapping[int, str],
        areas: Sequence[Place] | None,
        languages: list[str],
        data: Any = None,
    ) -> None:
        """`areas`: what a rule can be narrowed to; None when it is for its author's area."""
        self.rule, self.languages = rule, languages
        self._elements = {
            f"{one.id}.{element.id}": (one, element)
            for one in data_sets or ()
            for element in one.elements
            if one.period_type in _PERIODS
        }
        whom = [SUPERVISORS] * rule.to_supervisors + [TEAM] * rule.to_team
        super().__init__(data, initial={**self._kept(), "whom": whom})
        self.fields |= text_fields(languages)
        self.offer_pauses()
        self._offer(levels, areas, is_connected=data_sets is not None)
        texts = [f"text_{language}" for language in languages]
        order = ["name", "what", "limit", "level", "within", "whom", *texts, "word"]
        self.order_fields([*order, "repeat_times", "repeat_minutes", "again_factor"])

    def _kept(self) -> dict[str, Any]:
        rule = self.rule
        names = ("name", "level", "word", "repeat_times", "repeat_minutes", "in_quiet_hours", "quiet_reason")
        # A language that the product does not write gets no text, but the first is for everybody.
        written = {language: language_of(language) for language in self.languages}
        suggested = {
            language: _SUGGESTED[ours]
            for language, ours in written.items()
            if ours != "en" or language in ("eng", self.languages[0])
        }
        texts = {rule.language: rule.text, **rule.translations} if rule.text else suggested
        return {
            **{name: getattr(rule, name) for name in (*names, "is_on")},
            "what": f"{rule.data_set}.{rule.data_element}",
            "limit": f"{rule.limit:g}" if rule.limit else "",
            "within": str(rule.within_id or ""),
            "again_factor": f"{rule.again_factor:g}" if rule.again_factor else "",
            **{f"text_{language}": text for language, text in texts.items()},
        }

    def _offer(self, levels: Mapping[int, str], areas: Sequence[Place] | None, *, is_connected: bool) -> None:
        choices = [
            (key, f"{element.name} ({one.name}, {_PERIODS[one.period_type]})")
            for key, (one, element) in self._elements.items()
        ]
        kept = self.initial["what"]
        if self.rule.data_element and kept not in self._elements:
            choices.append((kept, self.rule.element_name or self.rule.data_element))
        self.fields["what"].choices = [("", gettext("Choose a number")), *choices]  # type: ignore[attr-defined]
        if not is_connected:
            self.fields["what"].help_text = gettext("DHIS2 is not connected, or does not answer now.")
        self.fields["level"].choices = [(level, name) for level, name in sorted(levels.items()) if level > 1]  # type: ignore[attr-defined]
        if areas is None:
            del self.fields["within"]
        else:
            named = [(str(area.id), area.name) for area in areas]
            self.fields["within"].choices = [("", gettext("In the whole country")), *named]  # type: ignore[attr-defined]
        rises = gettext("When the number has risen %(factor)s-fold")
        self.fields["again_factor"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Never")),
            *((factor, rises % {"factor": factor}) for factor in FACTORS),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.check_texts(self._texts(cleaned), cleaned.get("word", ""))
        return cleaned

    def _texts(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        found = {language: cleaned.get(f"text_{language}") or "" for language in self.languages}
        return {language: text.replace("\r\n", "\n").strip() for language, text in found.items() if text}

    def as_rule(self) -> ThresholdRule:
        rule, cleaned = self.rule, self.cleaned_data
        if chosen := self._elements.get(cleaned["what"]):
            data_set, element = chosen
            rule.data_set, rule.period_type = data_set.id, data_set.period_type
            rule.data_element, rule.element_name = element.id, element.name
        texts = self._texts(cleaned)
        rule.language = self.languages[0]
        rule.text = texts.pop(rule.language)
        rule.translations = texts
        names = ("name", "limit", "level", "word", "repeat_times", "repeat_minutes", "again_factor", "is_on")
        for name in (*names, "in_quiet_hours"):
            setattr(rule, name, cleaned[name])
        rule.quiet_reason = cleaned["quiet_reason"].strip() if rule.in_quiet_hours else ""
        rule.to_supervisors, rule.to_team = SUPERVISORS in cleaned["whom"], TEAM in cleaned["whom"]
        if "within" in cleaned:
            rule.within_id = UUID(cleaned["within"]) if cleaned["within"] else None
        return rule
