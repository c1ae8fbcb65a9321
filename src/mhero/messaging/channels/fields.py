"""What an installation has to say about a channel of some kind, as data that becomes a form."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

#: The fields that are columns of the channel; any other is kept in its `settings`.
COLUMNS = frozenset({"send_url", "secret", "signing_secret"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    #: A name of `COLUMNS`, or a key of the channel's settings.
    name: str
    label: Words
    help: Words = ""
    is_required: bool = True
    #: Never shown again once it is saved.
    is_secret: bool = False
    is_url: bool = False
    #: What the whole value has to look like, and what to say when it does not.
    pattern: str = ""
    wrong: Words = ""
    #: The values that there are, with their words; the first one is the default.
    choices: tuple[tuple[str, Words], ...] = ()
    #: More than one line.
    is_long: bool = False
    initial: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackAddress:
    """One address that the provider has to be told, and what it is called there."""

    action: str
    label: Words


def secret_field(label: Words, help: Words = "", *, name: str = "secret", is_required: bool = True) -> Field:
    return Field(name=name, label=label, help=help, is_secret=True, is_required=is_required)


def url_field(help: Words, initial: str = "") -> Field:
    return Field(name="send_url", label=_("Address of the provider"), help=help, is_url=True, initial=initial)


def username_field(help: Words = "") -> Field:
    return Field(name="username", label=_("User name"), help=help)


#: What health workers see and answer to.
SHORT_CODE = Field(
    name="address",
    label=_("Short code or number"),
    help=_("What health workers see and answer to, such as 1234."),
    pattern=r"\+?\d{2,15}|[A-Za-z0-9 &._-]{3,11}",
    wrong=_("Use a number such as 1234, or a name of 3 to 11 letters."),
)
PHONE = Field(
    name="address",
    label=_("Phone number"),
    help=_("With the country’s code, such as +231770000001."),
    pattern=r"\+\d{7,15}",
    wrong=_("Use a whole number, such as +231770000001."),
)

RECEIVE = CallbackAddress(action="receive", label=_("Replies"))
STATUS = CallbackAddress(action="status", label=_("Delivery reports"))
