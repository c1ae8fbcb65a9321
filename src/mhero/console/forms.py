"""How forms look: the console's own markup and classes around Django's fields and widgets.

A form says its fields, labels and hints; the renderer adds the rest, so that no form names a class.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseForm, Field
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils import formats
from django.utils.translation import gettext

OURS = "console/forms/widgets/"
THEIRS = "django/forms/widgets/"

#: The widgets whose markup is ours.
REPLACED = {"radio.html", "checkbox_select.html", "clearable_file_input.html"}

CLASSES = {
    "textarea.html": "govuk-textarea",
    "select.html": "govuk-select",
    "file.html": "govuk-file-upload",
    "clearable_file_input.html": "govuk-file-upload",
    "checkbox.html": "govuk-checkboxes__input",
    "checkbox_option.html": "govuk-checkboxes__input",
    "radio_option.html": "govuk-radios__input",
    "hidden.html": "",
    "select_option.html": "",
}

#: Widgets that become the browser's own date and time boxes: type, Django's key of input formats, ISO format.
TEMPORAL = {
    "date.html": ("date", "DATE_INPUT_FORMATS", "%Y-%m-%d"),
    "time.html": ("time", "TIME_INPUT_FORMATS", "%H:%M"),
    "datetime.html": ("datetime-local", "DATETIME_INPUT_FORMATS", "%Y-%m-%dT%H:%M"),
}


class Renderer(DjangoTemplates):
    form_template_name = "console/forms/form.html"
    formset_template_name = "console/forms/formset.html"
    field_template_name = "console/forms/field.html"

    @cached_property
    def engine(self) -> Any:
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [Path(forms.__file__).parent / "templates"],
                "NAME": "forms",
                "OPTIONS": {
                    "builtins": ["django.templatetags.i18n", "mhero.console.templatetags.components"]
                },
            }
        )

    def get_template(self, template_name: str) -> Any:
        name = template_name.removeprefix(THEIRS)
        return super().get_template(OURS + name if name in REPLACED else template_name)

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if "widget" in context:
            for widget in _parts(context["widget"]):
                _dress(widget)
        return str(super().render(template_name, context, request=request))


def _parts(widget: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The widget and those it is made of: the boxes of a date, the options of radios."""
    yield widget
    for part in widget.get("subwidgets", ()):
        yield from _parts(part)
    for _group, options, _index in widget.get("optgroups", ()):
        yield from options


def _dress(widget: dict[str, Any]) -> None:
    name = widget["template_name"].removeprefix(THEIRS)
    attributes = widget["attrs"]
    if name in TEMPORAL:
        _make_temporal(widget, *TEMPORAL[name])
    base = CLASSES.get(name, "govuk-input")
    classes = [base, attributes.get("class", "")]
    if base == "govuk-input":
        classes.append(_width(widget))
    if base and attributes.get("aria-invalid") and "__" not in base:
        classes.append(f"{base}--error")
    attributes["class"] = " ".join(filter(None, classes)) or False


def _width(widget: dict[str, Any]) -> str:
    """A box as wide as what belongs in it."""
    if widget.get("type") in {"date", "time", "datetime-local"}:
        return "app-input--when"
    if widget.get("type") == "number":
        return "govuk-input--width-10"
    longest = int(widget["attrs"].get("maxlength") or 1000)
    return next((f"govuk-input--width-{n}" for n in (3, 5, 10, 20) if longest <= n), "")


def _make_temporal(widget: dict[str, Any], kind: str, formats_key: str, iso: str) -> None:
    """The browser's own box wants its value in ISO form, whatever the language of the page."""
    widget["type"] = widget["attrs"].pop("type", None) or kind
    for pattern in formats.get_format(formats_key) if widget["value"] else ():
        try:
            widget["value"] = datetime.strptime(widget["value"], pattern).strftime(iso)  # noqa: DTZ007
        except ValueError:
            continue
        return


def problems(form: BaseForm) -> list[tuple[str, str]]:
    """What is wrong in a form that was sent: the id of the control to go to (or nothing), and the words."""
    return [
        (_first_control(form, name) if name in form.fields else "", _sentence(form, name, error))
        for name, errors in form.errors.as_data().items()
        for error in errors
    ]


def _sentence(form: BaseForm, name: str, error: ValidationError) -> str:
    """The error as it reads far from its field: what Django says of any field needs the field's name."""
    words = " ".join(error.messages)
    field = form.fields.get(name)
    if field is None or error.message not in _said_of_any(type(field)):
        return words
    return gettext("%(field)s: %(error)s") % {"field": form[name].label, "error": words}


def _said_of_any(field: type[Field]) -> list[object]:
    kinds = [kind for kind in field.__mro__ if issubclass(kind, Field)]
    return [message for kind in kinds for message in kind.default_error_messages.values()]


def _first_control(form: BaseForm, name: str) -> str:
    field = form[name]
    # Radios and checkboxes have no id of their own: the first one takes the focus.
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")
