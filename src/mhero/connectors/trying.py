"""Trying a connection: one page is read, and what was found is said in words, or what to do if it failed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mhero.connectors.dhis2.client import DHIS2Client, refuse_other_calendars
from mhero.connectors.doors import opened
from mhero.connectors.errors import ConnectorError, NotADHIS2, NotAFHIRServer
from mhero.connectors.ihris.client import IHRISClient
from mhero.connectors.models import Connection, System
from mhero.platform.errors import PartnerError, PartnerSpokeNonsense, PartnerUnavailable
from mhero.platform.http import PartnerRefusedWith, RecordedClient

#: A person waits for the answer.
TIMEOUT_SECONDS: Final = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    works: bool
    #: What is there, or what went wrong. It names nobody.
    words: str
    #: What to do about it, where something is to be done.
    advice: str = ""


def look(connection: Connection) -> Finding:
    """Reads one page; never raises for what a partner does."""
    try:
        with opened(connection, RecordedClient, timeout_seconds=TIMEOUT_SECONDS, attempts=1) as http:
            return _LOOKS[connection.system](http)
    except (PartnerError, ConnectorError) as error:
        return Finding(works=False, words=_(str(error)), advice=_advice(connection.system, error))


def _look_at_ihris(http: RecordedClient) -> Finding:
    client = IHRISClient(http)
    software = client.software()
    page = client.first("Practitioner")
    people, places = client.count("Practitioner"), client.count("Location")
    parts = [_("iHRIS answers (%(software)s).") % {"software": software or "FHIR R4"}]
    if people is not None:
        parts.append(ngettext("%(n)s health worker.", "%(n)s health workers.", people) % _n(people))
    if places is not None:
        parts.append(ngettext("%(n)s place.", "%(n)s places.", places) % _n(places))
    advice = "" if page else _("It shows no health workers. Check that this user may read them.")
    return Finding(works=True, words=" ".join(parts), advice=advice)


def _look_at_dhis2(http: RecordedClient) -> Finding:
    client = DHIS2Client(http)
    system = client.system()
    refuse_other_calendars(system)
    units, levels = client.count(), client.levels()
    parts = [_("DHIS2 %(version)s answers.") % {"version": system.version}]
    parts.append(ngettext("%(n)s organisation unit.", "%(n)s organisation units.", units) % _n(units))
    if levels:
        parts.append(_("Levels: %(levels)s.") % {"levels": ", ".join(levels.values())})
    advice = "" if units else _("It shows no organisation units. Check that this user may read them.")
    return Finding(works=True, words=" ".join(parts), advice=advice)


_LOOKS: Final[Mapping[str, Callable[[RecordedClient], Finding]]] = {
    System.IHRIS: _look_at_ihris,
    System.DHIS2: _look_at_dhis2,
}


def _n(number: int) -> dict[str, str]:
    return {"n": number_format(number, use_l10n=True, force_grouping=True)}


def _advice(system: str, error: Exception) -> str:
    if isinstance(error, PartnerRefusedWith) and error.status == 401:
        return _("Check the user name and the password or token.")
    if isinstance(error, PartnerRefusedWith) and error.status == 403:
        return _("Ask the people who run it to let this user read the data.")
    if isinstance(error, PartnerUnavailable):
        return _("Check the address, and that this server may reach it through the network.")
    if isinstance(error, NotAFHIRServer | NotADHIS2 | PartnerSpokeNonsense | PartnerRefusedWith):
        if system == System.IHRIS:
            return _("The address of iHRIS’s data usually ends in /fhir or /hapi/fhir.")
        return _("Enter the address at which people open DHIS2 in the browser, without /api.")
    return ""
