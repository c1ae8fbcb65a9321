"""What the console's navigation offers, and to whom.

A page takes its place here by the name of its URL. An entry whose URL does not exist is left out, so is one
whose permission the person does not have, and so is a section with nothing left in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One link of the navigation, with the links of its section beneath it."""

    #: The word people read.
    label: str | Promise
    #: The name of the page's URL; a section has that of its first page.
    url_name: str = ""
    #: The permission without which the link is hidden; None means everyone who is signed in.
    permission: str | None = None
    #: True for the entries after the line: those of operators and administrators.
    apart: bool = False
    #: The pages of this section.
    pages: tuple["Entry", ...] = ()
    #: Filled for one request: the address, and whether the person is there now.
    url: str = ""
    is_current: bool = False


NAVIGATION = (
    Entry(label=_("Home"), url_name="home"),
    Entry(label=_("Send"), url_name="send", permission="messages.send"),
    Entry(label=_("Messages"), url_name="messages", permission="messages.view"),
    Entry(label=_("Inbox"), url_name="inbox", permission="inbox.view"),
    Entry(
        label=_("Flows"),
        pages=(
            Entry(label=_("Flows"), url_name="flows", permission="flows.view"),
            Entry(label=_("Words"), url_name="triggers", permission="flows.view"),
            Entry(label=_("Reminders"), url_name="reminders", permission="messages.view"),
        ),
    ),
    Entry(
        label=_("People"),
        pages=(
            Entry(label=_("People"), url_name="people", permission="people.view"),
            Entry(label=_("Facilities"), url_name="facilities", permission="people.view"),
            Entry(label=_("Phone problems"), url_name="phone_problems", permission="people.view"),
            Entry(label=_("Saved lists"), url_name="audiences", permission="people.view"),
            Entry(label=_("Lists for questions"), url_name="lists", permission="people.view"),
        ),
    ),
    Entry(
        label=_("Results"),
        pages=(
            Entry(label=_("Results"), url_name="results", permission="messages.view"),
            Entry(label=_("Reach"), url_name="reach", permission="messages.view"),
        ),
    ),
    Entry(
        label=_("Programmes"),
        pages=(
            Entry(label=_("Stock"), url_name="stock", permission="stock.view"),
            Entry(label=_("Assessments"), url_name="assessments", permission="assessments.view"),
            Entry(label=_("Data checks"), url_name="validation", permission="proposals.view"),
            Entry(label=_("Client visits"), url_name="care", permission="clients.view"),
            Entry(label=_("Referrals"), url_name="referrals", permission="referrals.view"),
            Entry(label=_("Alerts"), url_name="alerts", permission="alerts.view"),
        ),
    ),
    Entry(
        label=_("Operations"),
        apart=True,
        pages=(
            Entry(label=_("Transactions"), url_name="transactions", permission="exchange.view"),
            Entry(label=_("Channels"), url_name="channels", permission="exchange.view"),
            Entry(label=_("Clients"), url_name="clients", permission="exchange.view"),
            Entry(label=_("Syncs"), url_name="syncs", permission="syncs.view"),
            Entry(label=_("Connections"), url_name="connections", permission="connections.manage"),
            Entry(label=_("SMS channels"), url_name="sms_channels", permission="connections.manage"),
        ),
    ),
    Entry(
        label=_("Settings"),
        apart=True,
        pages=(
            Entry(label=_("Team"), url_name="team", permission="team.manage"),
            Entry(label=_("Usage"), url_name="usage", permission="usage.view"),
            Entry(label=_("Workspace"), url_name="workspace", permission="settings.manage"),
            Entry(label=_("Sending rules"), url_name="sending_rules", permission="settings.manage"),
            Entry(label=_("Details of people"), url_name="fields", permission="settings.manage"),
            Entry(label=_("Shared values"), url_name="globals", permission="settings.manage"),
            Entry(label=_("Audit trail"), url_name="audit", permission="audit.view"),
        ),
    ),
)


def navigation(user: Any, path: str, entries: tuple[Entry, ...] = NAVIGATION) -> tuple[Entry, ...]:
    """The entries this person sees at this path, with their addresses."""
    seen = tuple(_resolved(user, path, entries))
    longest = max((len(entry.url) for entry in seen if entry.is_current and not entry.pages), default=0)
    # Of "/people/" and "/people/numbers/" only the nearer one is where the person is.
    return tuple(
        replace(entry, is_current=False) if not entry.pages and len(entry.url) < longest else entry
        for entry in seen
    )


def _resolved(user: Any, path: str, entries: tuple[Entry, ...]) -> Iterator[Entry]:
    for entry in entries:
        if entry.pages:
            pages = navigation(user, path, entry.pages)
            if pages:
                is_current = any(page.is_current for page in pages)
                yield replace(entry, pages=pages, url=pages[0].url, is_current=is_current)
        elif entry.permission is None or user.may(entry.permission):
            try:
                url = reverse(entry.url_name)
            except NoReverseMatch:
                continue
            yield replace(entry, url=url, is_current=path == url or (url != "/" and path.startswith(url)))
