"""The form of a client."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mhero.exchange import queries
from mhero.exchange.certificates import fingerprint_of
from mhero.exchange.errors import CertificateUnreadable
from mhero.exchange.models import Client
from mhero.exchange.seeds import role_in_words

if TYPE_CHECKING:
    ClientModelForm = forms.ModelForm[Client]
else:
    ClientModelForm = forms.ModelForm

#: What can stand in a client id and in a role; a colon would end the name in Basic authentication.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


class ClientForm(ClientModelForm):
    """A system that may ask the exchange for something."""

    roles = forms.MultipleChoiceField(label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple)
    other_roles = forms.CharField(
        label=_("Other roles"),
        required=False,
        help_text=_("New ones, with spaces between them. A channel can then ask for them."),
    )
    own_certificate = forms.CharField(
        label=_("Its own certificate"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("In PEM form, if the system has one. Otherwise mHero makes a password or a certificate."),
    )

    class Meta:
        model = Client
        fields = ["name", "client_id", "organization", "contact", "roles", "is_enabled"]
        help_texts = {
            "client_id": _("The name it signs in with, such as “dashboard”. It cannot be changed later."),
        }

    field_order = ["name", "client_id", "organization", "contact", "roles", "other_roles", "is_enabled"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [(role, role_in_words(role)) for role in queries.roles()]  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.fields["client_id"].disabled = True
            self.fields["client_id"].help_text = ""

    def clean_client_id(self) -> str:
        client_id = str(self.cleaned_data["client_id"])
        if self.instance._state.adding:
            _check_name(client_id)
            if client_id in queries.roles():
                # A channel's list of who may use it holds both, so they must not be the same.
                raise ValidationError(gettext("There is a role of this name. Choose another name."))
        return client_id

    def clean_other_roles(self) -> list[str]:
        roles = str(self.cleaned_data["other_roles"]).split()
        taken = set(Client.objects.values_list("client_id", flat=True))
        for role in roles:
            _check_name(role)
            if role in taken or role == self.cleaned_data.get("client_id"):
                raise ValidationError(
                    gettext("There is a client called %(name)s. Choose another name.") % {"name": role}
                )
        return roles

    def clean_own_certificate(self) -> str:
        certificate = str(self.cleaned_data["own_certificate"]).strip()
        if not certificate:
            return ""
        try:
            fingerprint = fingerprint_of(certificate)
        except CertificateUnreadable as error:
            raise ValidationError(
                gettext("This is not a certificate in PEM form. It begins with -----BEGIN CERTIFICATE-----.")
            ) from error
        if Client.objects.filter(certificate_fingerprint=fingerprint).exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("Another client has this certificate."))
        return certificate

    def save(self, commit: bool = True) -> Client:
        chosen = [*self.cleaned_data["roles"], *self.cleaned_data["other_roles"]]
        self.instance.roles = sorted(set(chosen))
        if certificate := self.cleaned_data["own_certificate"]:
            self.instance.certificate = certificate
            self.instance.certificate_fingerprint = fingerprint_of(certificate)
        return super().save(commit)


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValidationError(gettext("Use letters, digits, dots, dashes and underscores only."))
