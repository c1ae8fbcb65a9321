"""The forms of the conversation service's pages."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from mhero.messaging.models import SendingRules, SMSChannel, SMSChannelType
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


class SMSChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    send_url = forms.URLField(
        label=_("Address of the provider"),
        help_text=_("Where messages are sent to, such as https://sms.example.org/send"),
        assume_scheme="https",
    )
    username = forms.CharField(
        label=_("User name"),
        required=False,
        help_text=_("For Kannel."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Password or token"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted and never shown again. Leave it empty to keep the one we have."),
    )
    answer_contains = forms.CharField(
        label=_("Words in a good answer"),
        required=False,
        max_length=100,
        help_text=_("A message counts as sent only when the provider’s answer holds these words."),
    )
    rate = forms.FloatField(
        label=_("Text messages a second"),
        min_value=0.1,
        max_value=5000,
        help_text=_("What the provider allows."),
    )
    concurrency = forms.IntegerField(label=_("Requests at one time"), min_value=1, max_value=256, initial=16)

    class Meta:
        model = SMSChannel
        fields = [
            "name", "type", "address", "send_url", "username", "secret", "answer_contains", "rate",
            "concurrency", "is_enabled",
        ]  # fmt: skip
        widgets = {"type": forms.RadioSelect}
        help_texts = {"address": _("What health workers see and answer to, such as 1234.")}

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        kept = self.instance.settings
        self.initial["secret"] = ""
        self.initial["username"] = kept.get("username", "")
        self.initial["answer_contains"] = kept.get("answer_contains", "")
        self.fields["type"].choices = SMSChannelType.choices  # type: ignore[attr-defined]

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if not re.fullmatch(r"\+?\d{2,15}|[A-Za-z0-9 &._-]{3,11}", address):
            raise ValidationError(_("Use a number such as 1234, or a name of 3 to 11 letters."))
        return address

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("type") == SMSChannelType.KANNEL and not cleaned.get("username"):
            self.add_error("username", _("Kannel needs a user name."))
        return cleaned

    def save(self, commit: bool = True) -> SMSChannel:
        before = SMSChannel.objects.filter(pk=self.instance.pk).values_list("secret", flat=True).first()
        self.instance.secret = self.cleaned_data["secret"] or before or ""
        own = {name: self.cleaned_data[name] for name in ("username", "answer_contains")}
        kept = {name: value for name, value in self.instance.settings.items() if name not in own}
        self.instance.settings = kept | {name: value for name, value in own.items() if value}
        saved: SMSChannel = super().save(commit)
        return saved


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
