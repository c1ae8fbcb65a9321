"""The forms of channels."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.exchange import queries
from mhero.exchange.errors import ScheduleUnreadable
from mhero.exchange.models import Channel, ChannelType
from mhero.exchange.schedules import next_due
from mhero.exchange.seeds import role_in_words
from mhero.platform.clock import now
from mhero.platform.secrets import encrypt

if TYPE_CHECKING:
    ChannelModelForm = forms.ModelForm[Channel]
else:
    ChannelModelForm = forms.ModelForm

#: The services inside mHero that a channel can lead to.
SERVICES = [
    ("", _("Another system, over HTTP")),
    ("registry.fhir", _("The health worker registry (FHIR)")),
    ("messaging.receive", _("The receiving of messages and delivery reports")),
    ("outreach.fhir", _("Messages on behalf of other systems (FHIR, IHE mACM)")),
    ("outreach.emnutt", _("The messaging pages of iHRIS 5")),
]


class PollingChannelForm(ChannelModelForm):
    """A channel that mHero starts itself."""

    class Meta:
        model = Channel
        fields = ["name", "description", "is_enabled", "polling_schedule"]
        help_texts = {
            "polling_schedule": _(
                "Such as “10 minutes”, “1 hour” or “30 2 * * *” (cron, in the country's time). "
                "Leave it empty to start it by hand only."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _settle_name(self)

    def clean_polling_schedule(self) -> str:
        schedule = str(self.cleaned_data["polling_schedule"]).strip()
        if schedule:
            try:
                next_due(schedule, now(), "UTC")
            except ScheduleUnreadable as error:
                raise ValidationError(
                    gettext("Write a number of minutes, hours or days, such as “10 minutes”, or a cron line.")
                ) from error
        return schedule


class HTTPChannelForm(ChannelModelForm):
    """A channel that other systems call."""

    methods = forms.MultipleChoiceField(
        label=_("Methods"),
        choices=[(method, method) for method in queries.METHODS],
        widget=forms.CheckboxSelectMultiple,
        initial=["GET"],
    )
    is_public = forms.BooleanField(
        label=_("Open to everyone"),
        required=False,
        help_text=_("Systems need not say who they are. Each request is still written down."),
    )
    allow = forms.MultipleChoiceField(
        label=_("Who may use it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Roles, and clients by themselves. Leave it empty to let nobody in."),
    )
    whitelist = forms.CharField(
        label=_("Only from these addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One IP address on each line. Leave it empty for any address."),
    )
    service = forms.ChoiceField(label=_("Leads to"), choices=SERVICES, required=False)
    host = forms.CharField(label=_("Host"), required=False, max_length=200)
    port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65535)
    secured = forms.BooleanField(label=_("Over HTTPS"), required=False)
    path = forms.CharField(
        label=_("Path"),
        required=False,
        max_length=500,
        help_text=_("Takes the place of the path that was asked for. Usually empty."),
    )
    username = forms.CharField(label=_("User name there"), required=False, max_length=200)
    password = forms.CharField(
        label=_("Password there"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave it empty to keep the one that is saved."),
    )
    timeout_seconds = forms.FloatField(
        label=_("Longest wait for an answer, in seconds"), min_value=0.1, max_value=600, initial=60
    )
    keeps_request_body = forms.BooleanField(
        label=_("Keep what is sent"),
        required=False,
        initial=True,
        help_text=_("Turn it off where it holds names, numbers or texts of people."),
    )
    keeps_response_body = forms.BooleanField(label=_("Keep what is answered"), required=False, initial=True)

    class Meta:
        model = Channel
        fields = [
            "name",
            "description",
            "is_enabled",
            "priority",
            "url_pattern",
            "methods",
            "is_public",
            "allow",
            "whitelist",
            "timeout_seconds",
            "keeps_request_body",
            "keeps_response_body",
        ]
        help_texts = {
            "priority": _("A lower number is tried first. Channels without one are tried last."),
            "url_pattern": _(
                "A regular expression that is searched in the path, such as “^/fhir/Location”. "
                "What a group called “secret” finds is never written down."
            ),
        }

    field_order = [
        "name",
        "description",
        "is_enabled",
        "url_pattern",
        "methods",
        "priority",
        "is_public",
        "allow",
        "whitelist",
        "service",
        "host",
        "port",
        "secured",
        "path",
        "username",
        "password",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _settle_name(self)
        self.fields["url_pattern"].required = True
        self.fields["allow"].choices = _allowed_choices(self.instance.allow)  # type: ignore[attr-defined]
        route = self._route()
        for name in ("service", "host", "port", "secured", "path", "username"):
            self.initial.setdefault(name, route.get(name))
        self.initial["whitelist"] = "\n".join(self.instance.whitelist)

    def _route(self) -> dict[str, Any]:
        routes = self.instance.routes
        return next((route for route in routes if route.get("primary")), routes[0] if routes else {})

    def clean_url_pattern(self) -> str:
        pattern = str(self.cleaned_data["url_pattern"])
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValidationError(
                gettext("This is not a regular expression: %(why)s.") % {"why": error}
            ) from error
        return pattern

    def clean_whitelist(self) -> list[str]:
        addresses = str(self.cleaned_data["whitelist"]).split()
        for address in addresses:
            try:
                validate_ipv46_address(address)
            except ValidationError as error:
                raise ValidationError(
                    gettext("%(address)s is not an IP address.") % {"address": address}
                ) from error
        return addresses

    def clean_path(self) -> str:
        path = str(self.cleaned_data["path"]).strip()
        if path and not path.startswith("/"):
            raise ValidationError(gettext("Begin the path with a slash."))
        return path

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"]).strip()
        if re.search(r"[/@?#\s]", host):
            raise ValidationError(gettext("Write the name or address of the machine alone, without http://."))
        return host

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("service") and not data.get("host") and "host" not in self.errors:
            self.add_error("host", gettext("Say which system the channel leads to."))
        return data

    def save(self, commit: bool = True) -> Channel:
        self.instance.type = ChannelType.HTTP
        self.instance.routes = [self._new_route(), *self._other_routes()]
        return super().save(commit)

    def _new_route(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data["service"]:
            label = str(dict(SERVICES)[data["service"]])
            return {"name": label, "service": data["service"], "primary": True}
        kept = {name: data[name] for name in ("host", "port", "secured", "path", "username")}
        password = encrypt(data["password"]) if data["password"] else self._route().get("password", "")
        return {
            "name": data["host"],
            **kept,
            "password": password if data["username"] else "",
            "primary": True,
        }

    def _other_routes(self) -> list[dict[str, Any]]:
        chosen = self._route()
        return [route for route in self.instance.routes if route is not chosen]


def _settle_name(form: ChannelModelForm) -> None:
    """A channel that comes with mHero is found again by its name."""
    if form.instance.is_seeded:
        form.fields["name"].disabled = True
    form.fields["description"].widget = forms.Textarea(attrs={"rows": 2})


def _allowed_choices(present: Iterable[str]) -> list[tuple[str, Any]]:
    roles = queries.roles()
    clients = [(client.client_id, client.name) for client in queries.clients()]
    known = {*roles, *(client_id for client_id, _name in clients)}
    groups: list[tuple[str, Any]] = [(gettext("Roles"), [(role, role_in_words(role)) for role in roles])]
    if clients:
        groups.append((gettext("Clients"), clients))
    gone = [(name, name) for name in present if name not in known]
    return [*groups, (gettext("No longer there"), gone)] if gone else groups
