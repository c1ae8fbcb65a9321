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
    "assessments.view": _("See assessments, and who has reported"),
    "assessments.edit": _("Set assessments up"),
    "proposals.view": _("See what people say about their own data"),
    "proposals.decide": _("Accept or refuse corrections of health workers and facilities"),
    "clients.view": _("See clients and when their visits are due"),
    "clients.edit": _("Add clients, and set up reminders of their visits"),
    "referrals.view": _("See referrals"),
    "referrals.edit": _("Decide how referrals are followed, and close them"),
    "alerts.view": _("See alerts, and who has confirmed"),
    "alerts.send": _("Prepare alerts and send them"),
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
    "assessments.view",
    "assessments.edit",
    "proposals.view",
    "proposals.decide",
    "clients.view",
    "clients.edit",
    "referrals.view",
    "referrals.edit",
    "alerts.view",
    "alerts.send",
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
_VIEWER = {
    "people.view",
    "messages.view",
    "flows.view",
    "stock.view",
    "assessments.view",
    "alerts.view",
    "syncs.view",
    "usage.view",
}

PERMISSIONS_OF: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(PERMISSIONS),
    Role.EXCHANGE_OPERATOR: frozenset(_OPERATOR),
    Role.COMMUNICATIONS_OFFICER: frozenset(_OFFICER),
    Role.VIEWER: frozenset(_VIEWER),
}
