"""What the style guide shows: one example of everything, about nobody."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone


class ExampleForm(forms.Form):
    """Every kind of field that the console's forms use."""

    name = forms.CharField(label="Name of the list", help_text="You will find the list again by this name.")
    district = forms.ChoiceField(
        label="District", choices=[("", "All districts"), ("1", "Gbarnga"), ("2", "Zota")]
    )
    cadres = forms.MultipleChoiceField(
        label="Cadres",
        choices=[("n", "Nurses"), ("m", "Midwives"), ("p", "Physician assistants")],
        widget=forms.CheckboxSelectMultiple,
    )
    when = forms.ChoiceField(
        label="When to send", choices=[("now", "Now"), ("later", "At a later time")], widget=forms.RadioSelect
    )
    day = forms.DateField(label="Day", required=False)
    time = forms.TimeField(label="Time", required=False, widget=forms.TimeInput)
    text = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 4, "maxlength": 918}))
    list_file = forms.FileField(label="Spreadsheet", required=False, help_text="CSV or Excel, up to 5 MB.")
    simplify = forms.BooleanField(
        label="Simplify accents", required=False, help_text="It often halves the price."
    )


def examples(data: Mapping[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    return {
        "base": "console/base_dense.html" if "dense" in data else "console/base.html",
        "form": ExampleForm(data if "name" in data else None),
        "narrow": ExampleForm(auto_id="narrow_%s"),
        "now": now,
        "yesterday": now - timedelta(days=1),
        "long_ago": now - timedelta(days=40),
        "by_cadre": [
            ("Nurses", 4213, "#"),
            ("Midwives", 1780, "#"),
            ("Physician assistants", 640),
            ("Others", 0),
        ],
        "chosen": [("Bong", "?"), ("Nurses", "?")],
        "statuses": ["Delivered", "Waiting", "Sending", "Failed", "Trial", "Stopped"],
    }
