"""The forms of the conversation service's pages."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from mhero.messaging.models import SendingRules
from mhero.messaging.stop import plain

#: Six SMS of the GSM alphabet.
LONGEST_REPLY = 918
#: What the rules' numbers may be.
LIMITS = {
    "hold_seconds": (0, 3600),
    "approval_above": (0, 10_000_000),
    "expires_after_hours": (1, 24 * 30),
    "gives_up_after_hours": (1, 24 * 30),
}


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_REPLY,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "data-count-url": reverse_lazy("reply_count"),
                "data-count-target": "reply-count",
            }
        ),
        error_messages={"required": _("Write your answer.")},
    )


class SendingRulesForm(forms.ModelForm):  # type: ignore[type-arg]
    stop_words = forms.CharField(
        label=_("Words that opt out"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line. A reply that is one of them, in any case, opts its sender out."),
    )
    prices = forms.CharField(
        label=_("Price of one SMS"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One operator on each line, such as “Orange: 0.015”. A line with a price alone is for all others."
        ),
    )

    class Meta:
        model = SendingRules
        fields = [
            "hold_seconds", "approval_above", "quiet_from", "quiet_until", "expires_after_hours",
            "gives_up_after_hours", "stop_words", "stop_confirmation", "prices",
        ]  # fmt: skip
        labels = {
            "gives_up_after_hours": _("Hours until a message without a report counts as not delivered"),
            "stop_confirmation": _("Answer to somebody who opted out"),
        }
        help_texts = {
            "hold_seconds": _("In this time a send can still be stopped before the first message leaves."),
            "quiet_from": _(
                "Nobody is texted between these times. Answers to replies are sent all the same."
            ),
            "quiet_until": _("The same time in both boxes means no quiet hours."),
            "stop_confirmation": _("Say how to get messages again. Leave it empty to send no answer."),
        }
        widgets = {"stop_confirmation": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.initial["stop_words"] = "\n".join(self.instance.stop_words)
        self.initial["prices"] = "\n".join(
            f"{operator}: {price}" if operator else price
            for operator, price in sorted(self.instance.prices.items(), key=lambda entry: entry[0] or "~")
        )
        self.fields["stop_confirmation"].required = False
        for name, (lowest, highest) in LIMITS.items():
            field = self.fields[name]
            field.validators += [MinValueValidator(lowest), MaxValueValidator(highest)]
            field.widget.attrs |= {"min": lowest, "max": highest}

    def clean_stop_words(self) -> list[str]:
        words = [line.strip() for line in self.cleaned_data["stop_words"].splitlines() if line.strip()]
        for word in words:
            if not plain(word) or len(word) > 30:
                raise ValidationError(_("“%(word)s” cannot be a word that opts out."), params={"word": word})
        if "stop" not in {plain(word) for word in words}:
            raise ValidationError(_("STOP has to be one of the words."))
        return words

    def clean_prices(self) -> dict[str, str]:
        prices: dict[str, str] = {}
        for line in self.cleaned_data["prices"].splitlines():
            if not line.strip():
                continue
            operator, _colon, price = line.rpartition(":")
            try:
                amount = Decimal(price.strip().replace(",", "."))
            except InvalidOperation:
                amount = Decimal(-1)
            if not amount.is_finite() or amount < 0:
                raise ValidationError(_("“%(line)s” is not a price."), params={"line": line.strip()})
            prices[operator.strip()] = str(amount)
        return prices
