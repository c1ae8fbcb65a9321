"""The form of the rules of referrals."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mhero.outreach.referrals.models import ReferralRules

_WEEK: Final = 24 * 7


class RulesForm(forms.Form):
    hours_to_arrive = forms.IntegerField(
        label=_("Hours until the client is to be there"),
        min_value=1,
        max_value=4 * _WEEK,
        help_text=_("Then the facility is reminded to say whether the client came."),
    )
    hours_to_return = forms.IntegerField(
        label=_("Hours from the arrival until the outcome is to be told"),
        min_value=1,
        max_value=12 * _WEEK,
        help_text=_("Then the facility is reminded to say what was done."),
    )
    hours_to_escalate = forms.IntegerField(
        label=_("Hours from the reminder until the supervisor is told"),
        min_value=1,
        max_value=_WEEK,
        help_text=_("That is whoever is in charge of the facility’s district, or else of its county."),
    )
    days_to_close = forms.IntegerField(
        label=_("Days after which a referral is closed when nobody says anything"),
        min_value=2,
        max_value=365,
    )
    days_kept = forms.IntegerField(
        label=_("Days for which names, reasons and outcomes are kept after the end"),
        min_value=2,
        max_value=3650,
        help_text=_("Then they are taken out of the referral and of its text messages. The figures stay."),
    )

    def __init__(self, rules: ReferralRules, data: Any = None) -> None:
        self.rules = rules
        super().__init__(data, initial={name: getattr(rules, name) for name in self.base_fields})

    def as_rules(self) -> ReferralRules:
        for name in self.base_fields:
            setattr(self.rules, name, self.cleaned_data[name])
        return self.rules
