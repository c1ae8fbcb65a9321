"""The form of an SMS channel: what every channel has, and what its kind asks for."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels import TYPES
from mhero.messaging.channels.fields import COLUMNS, Field
from mhero.messaging.models import SMSChannel

MOST_PREFIXES = 50
KEPT = _("Kept encrypted and never shown again. Leave it empty to keep the one we have.")


class SMSChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    type = forms.CharField(widget=forms.HiddenInput)
    prefixes = forms.CharField(
        label=_("Only for numbers that begin with"),
        required=False,
        max_length=1000,
        help_text=_(
            "Such as +23177, +23178. Leave it empty for any number. The channel with the longest beginning "
            "that fits is taken first."
        ),
    )
    weight = forms.IntegerField(
        label=_("Weight"),
        min_value=0,
        max_value=100,
        help_text=_("Among channels for the same numbers: with 75 and 25 the first takes three quarters."),
    )
    rate = forms.FloatField(
        label=_("Text messages a second"),
        min_value=0.01,
        max_value=5000,
        help_text=_("What the provider allows. A long message counts as several."),
    )
    concurrency = forms.IntegerField(label=_("Requests at one time"), min_value=1, max_value=256, initial=16)

    class Meta:
        model = SMSChannel
        fields = ["type", "name", "address", "prefixes", "weight", "rate", "concurrency", "is_enabled"]

    def __init__(self, *arguments: Any, kind: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.kind = TYPES[kind]
        self.initial["type"] = kind
        self._is_new = self.instance._state.adding
        self.initial["prefixes"] = ", ".join(self.instance.prefixes)
        if self._is_new:
            self.initial["rate"], self.initial["weight"] = self.kind.usual_rate, self.instance.weight
        self.initial["rate"] = f"{self.initial['rate']:g}"
        for field in (self.kind.address, *self.kind.fields):
            self.fields[field.name] = self._made(field)
            self.initial[field.name] = self._kept(field)
        if not self.kind.reaches_every_phone:
            del self.fields["prefixes"], self.fields["weight"]
        if self.kind.is_polled:
            del self.fields["concurrency"]
        own = [field.name for field in self.kind.fields]
        self.order_fields(["name", "address", *own])

    def clean_type(self) -> str:
        return self.kind.code

    def clean_prefixes(self) -> list[str]:
        given = re.split(r"[\s,;]+", self.cleaned_data["prefixes"].strip())
        prefixes = list(dict.fromkeys(f"+{one.removeprefix('+')}" for one in given if one))
        for prefix in prefixes:
            if not re.fullmatch(r"\+\d{1,14}", prefix):
                raise ValidationError(
                    _("“%(prefix)s” is not the beginning of a number."), params={"prefix": prefix}
                )
        if len(prefixes) > MOST_PREFIXES:
            raise ValidationError(_("Use 50 beginnings at most."))
        return prefixes

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        settings = {name: str(value) for name, value in cleaned.items() if name in self.fields}
        for name, words in self.kind.problems(settings).items():
            self.add_error(name, str(words))
        return cleaned

    def save(self, commit: bool = True) -> SMSChannel:
        channel: SMSChannel = self.instance
        before = SMSChannel.objects.filter(pk=channel.pk).first()
        own = {field.name: self.cleaned_data[field.name] for field in self.kind.fields}
        for name in ("secret", "signing_secret"):
            if given := own.get(name):
                setattr(channel, name, given)
        channel.send_url = own.get("send_url") or channel.send_url or self.kind.send_url
        kept = {name: value for name, value in own.items() if name not in COLUMNS and value}
        channel.settings = {name: value for name, value in channel.settings.items() if name not in own} | kept
        if before is None or before.weight != channel.weight:
            channel.share, channel.share_reason, channel.share_moved_at = channel.weight, "", None
        saved: SMSChannel = super().save(commit)
        return saved

    def _kept(self, field: Field) -> Any:
        """What the box shows; never a secret."""
        if field.is_secret:
            return ""
        if field.name in COLUMNS or field.name == "address":
            return getattr(self.instance, field.name)
        usual = field.choices[0][0] if field.choices else field.initial if self._is_new else ""
        return self.instance.settings.get(field.name, usual)

    def _made(self, field: Field) -> forms.Field:
        named: dict[str, Any] = {
            "label": field.label,
            "help_text": field.help,
            "required": field.is_required and (self._is_new or not field.is_secret),
        }
        if field.choices:
            return forms.ChoiceField(choices=field.choices, widget=forms.RadioSelect, **named)
        if field.is_url:
            return forms.URLField(assume_scheme="https", max_length=500, **named)
        if field.is_secret:
            if not self._is_new:
                named["help_text"] = KEPT
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            return forms.CharField(max_length=1000, widget=widget, **named)
        if field.is_long:
            return forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), **named)
        attributes = forms.TextInput(attrs={"autocomplete": "off"})
        made = forms.CharField(max_length=40 if field.name == "address" else 200, widget=attributes, **named)
        if field.pattern:
            made.validators.append(RegexValidator(rf"\A(?:{field.pattern})\Z", str(field.wrong) or None))
        return made
