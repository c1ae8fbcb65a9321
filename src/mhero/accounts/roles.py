"""What each role may do. Whatever is not listed is denied."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    EXCHANGE_OPERATOR = "exchange_operator", _("Exchange operator")
    COMMUNICATIONS_OFFICER = "communications_officer", _("Communications officer")
    VIEWER = "viewer", _("Viewer")


#: Each permission with the sentence that the team page shows for it.
PERMISSIONS = {
    "people.view": _("See health workers and facilities"),
    "people.edit": _("Correct phone numbers, languages and opt-outs"),
    "people.numbers": _("See whole phone numbers"),
    "people.export": _("Download lists of people"),
    "messages.view": _("See messages that were sent"),
    "messages.send": _("Send messages"),
    "messages.approve": _("Approve large messages of others"),
    "flows.view": _("See questions and flows"),
    "flows.edit": _("Write questions and flows"),
    "stock.view": _("See what facilities have in stock"),
    "stock.edit": _("Decide which products are reported, by whom and when"),
    "inbox.view": _("Read replies"),
    "inbox.reply": _("Answer replies"),
    "syncs.view": _("See when data was loaded"),
    "syncs.run": _("Load data from iHRIS and DHIS2"),
    "exchange.view": _("See the exchange between systems"),
    "exchange.bodies": _("Read what systems sent to each other"),
    "exchange.manage": _("Decide which system may read what"),
    "connections.manage": _("Connect iHRIS, DHIS2 and text message providers"),
    "team.manage": _("Invite people and change what they may do"),
    "settings.manage": _("Change the rules for sending, and go live"),
    "usage.view": _("See how much was sent and what it cost"),
    "audit.view": _("See who read or did what"),
}

_OFFICER = {
    "people.view",
    "people.edit",
    "people.numbers",
    "people.export",
    "messages.view",
    "messages.send",
    "messages.approve",
    "flows.view",
    "flows.edit",
    "stock.view",
    "stock.edit",
    "inbox.view",
    "inbox.reply",
    "syncs.view",
    "syncs.run",
    "usage.view",
}
_OPERATOR = {
    "people.view",
    "syncs.view",
    "syncs.run",
    "exchange.view",
    "exchange.bodies",
    "exchange.manage",
    "connections.manage",
    "audit.view",
}
_VIEWER = {"people.view", "messages.view", "flows.view", "stock.view", "syncs.view", "usage.view"}

PERMISSIONS_OF: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(PERMISSIONS),
    Role.EXCHANGE_OPERATOR: frozenset(_OPERATOR),
    Role.COMMUNICATIONS_OFFICER: frozenset(_OFFICER),
    Role.VIEWER: frozenset(_VIEWER),
}
