"""The channels that come with mHero. Made once; what an operator changes in them afterwards stays changed."""

from typing import Any

from django.utils.translation import gettext, gettext_noop

from mhero.exchange.models import Channel, ChannelType

#: The roles of clients that have a meaning to mHero itself.
HEALTH_WORKERS = "health-workers"
PHONE_NUMBERS = "phone-numbers"
MOBILE_ALERTS = "mobile-alerts"
URGENT_ALERTS = "urgent-alerts"
MESSAGING_PAGES = "messaging-pages"
REFERRALS = "referrals"
CLIENT_VISITS = "client-visits"
ROLES = {
    HEALTH_WORKERS: gettext_noop("May read health workers, without their phone numbers"),
    PHONE_NUMBERS: gettext_noop("Sees the phone numbers of the health workers it may read"),
    MOBILE_ALERTS: gettext_noop("May have messages sent to health workers, and see what became of them"),
    URGENT_ALERTS: gettext_noop("May also send in quiet hours, when it is urgent"),
    MESSAGING_PAGES: gettext_noop("The messaging pages of iHRIS 5: may send, ask, list and opt people out"),
    REFERRALS: gettext_noop("May read referrals with the names of clients, make them and take them on"),
    CLIENT_VISITS: gettext_noop("May plan visits of clients, and see what became of those it planned"),
}

_OUTREACH = [{"name": "Outreach", "service": "outreach.fhir", "primary": True}]
_REGISTRY = [{"name": "Registry", "service": "registry.fhir", "primary": True}]
#: Longer than a request for everybody takes on a busy machine: who hears nothing asks again.
_FOR_MANY_PEOPLE = 300
#: Names, numbers and texts of people are kept once, where they belong, and not again in the transactions.
_PERSONAL = {"keeps_request_body": False, "keeps_response_body": False}

SEEDS: list[dict[str, Any]] = [
    {
        "name": "iHRIS to registry",
        "description": gettext_noop("Brings health workers from iHRIS into the registry."),
        "type": ChannelType.POLLING,
        "mediator": "ihris",
        "polling_schedule": "10 minutes",
    },
    {
        "name": "DHIS2 to registry",
        "description": gettext_noop("Brings facilities and places from DHIS2 into the registry."),
        "type": ChannelType.POLLING,
        "mediator": "dhis2",
        "polling_schedule": "1 hour",
    },
    {
        "name": "Registry to contacts",
        "description": gettext_noop("Keeps the people who can be texted in step with the registry."),
        "type": ChannelType.POLLING,
        "mediator": "contacts",
        "polling_schedule": "",
    },
    {
        "name": "Values to DHIS2",
        "description": gettext_noop("Brings what health workers report to the data sets of DHIS2."),
        "type": ChannelType.POLLING,
        "mediator": "dhis2-values",
        "polling_schedule": "",
    },
    {
        "name": "Corrections to iHRIS",
        "description": gettext_noop("Brings accepted corrections of health workers back to iHRIS."),
        "type": ChannelType.POLLING,
        "mediator": "ihris-changes",
        "polling_schedule": "",
    },
    {
        "name": "Corrections to DHIS2",
        "description": gettext_noop("Brings accepted corrections of facilities back to DHIS2."),
        "type": ChannelType.POLLING,
        "mediator": "dhis2-changes",
        "polling_schedule": "",
    },
    {
        "name": "Client visits and DHIS2",
        "description": gettext_noop(
            "Brings planned events of DHIS2 to the reminders of visits, and what became of them back."
        ),
        "type": ChannelType.POLLING,
        "mediator": "dhis2-visits",
        "polling_schedule": "30 minutes",
    },
    {
        "name": "Thresholds in DHIS2",
        "description": gettext_noop("Alerts officers when a number in DHIS2 is reached at a place."),
        "type": ChannelType.POLLING,
        "mediator": "dhis2-thresholds",
        "polling_schedule": "",
    },
    {
        "name": "Health worker directory: what it can do",
        "description": gettext_noop("Tells other systems what they can ask (FHIR R4, mCSD)."),
        "priority": 10,
        "url_pattern": r"^/fhir/metadata$",
        "methods": ["GET", "HEAD"],
        "is_public": True,
        "routes": _REGISTRY,
        "keeps_response_body": False,
    },
    {
        "name": "Facilities",
        "description": gettext_noop("Facilities and places, open to every system."),
        "priority": 10,
        "url_pattern": r"^/fhir/(Location|Organization)(/|$)",
        "methods": ["GET", "HEAD", "POST"],
        "is_public": True,
        "routes": _REGISTRY,
        "keeps_response_body": False,
    },
    {
        "name": "Health workers",
        "description": gettext_noop("Health workers, for systems whose role allows it."),
        "priority": 10,
        "url_pattern": r"^/fhir/(Practitioner|PractitionerRole)(/|$)",
        "methods": ["GET", "HEAD", "POST"],
        "allow": [HEALTH_WORKERS],
        "routes": _REGISTRY,
        **_PERSONAL,
    },
    {
        "name": "Mobile alerts",
        "description": gettext_noop("Messages to health workers on behalf of other systems (IHE mACM)."),
        "priority": 10,
        "url_pattern": r"^/fhir/(CommunicationRequest|Communication)(/|$)",
        "methods": ["GET", "HEAD", "POST", "PUT"],
        "allow": [MOBILE_ALERTS],
        "routes": _OUTREACH,
        "timeout_seconds": _FOR_MANY_PEOPLE,
        **_PERSONAL,
    },
    {
        "name": "Referrals",
        "description": gettext_noop(
            "Clients who are referred, and what becomes of them (ServiceRequest, Task)."
        ),
        "priority": 10,
        "url_pattern": r"^/fhir/(ServiceRequest|Task)(/|$)",
        "methods": ["GET", "HEAD", "POST", "PUT", "PATCH"],
        "allow": [REFERRALS],
        "routes": _OUTREACH,
        **_PERSONAL,
    },
    {
        "name": "Client visits",
        "description": gettext_noop("Visits of clients, and what becomes of them (Appointment)."),
        "priority": 10,
        "url_pattern": r"^/fhir/Appointment(/|$)",
        "methods": ["GET", "HEAD", "POST", "PUT", "PATCH"],
        "allow": [CLIENT_VISITS],
        "routes": _OUTREACH,
        **_PERSONAL,
    },
    {
        "name": "FHIR bundles",
        "description": gettext_noop("Several requests in one. The role of a client decides on each of them."),
        "priority": 10,
        "url_pattern": r"^/fhir/?$",
        "methods": ["POST"],
        "allow": [MOBILE_ALERTS, REFERRALS, CLIENT_VISITS],
        "routes": _OUTREACH,
        "timeout_seconds": _FOR_MANY_PEOPLE,
        **_PERSONAL,
    },
    {
        "name": "Messaging pages of iHRIS 5",
        "description": gettext_noop("What iHRIS 5 asked of emNutt, at the same addresses."),
        "priority": 10,
        "url_pattern": r"^/(emNutt/|sync/|site-up$)",
        "methods": ["GET", "HEAD", "POST", "PUT"],
        "allow": [MESSAGING_PAGES],
        "routes": [{"name": "Messaging pages", "service": "outreach.emnutt", "primary": True}],
        "timeout_seconds": _FOR_MANY_PEOPLE,
        **_PERSONAL,
    },
    {
        "name": "Phone networks",
        "description": gettext_noop("Replies and delivery reports. The address holds the secret."),
        "priority": 20,
        # The group `secret` is what the gateway leaves out when it writes the address down.
        "url_pattern": r"^/c/[^/]+/[^/]+/(?P<secret>[^/]+)",
        "methods": ["GET", "POST"],
        "is_public": True,
        "routes": [{"name": "Messages", "service": "messaging.receive", "primary": True}],
        "timeout_seconds": 20,
        **_PERSONAL,
    },
]


def role_in_words(role: str) -> str:
    """A role with what it means, where it means something to mHero."""
    return f"{role}: {gettext(ROLES[role])}" if role in ROLES else role


def make_missing() -> bool:
    """Makes the seeded channels that are not there; whether there were any."""
    present = set(Channel.objects.values_list("name", flat=True))
    missing = [seed for seed in SEEDS if seed["name"] not in present]
    for seed in missing:
        Channel.objects.get_or_create(name=seed["name"], defaults={**seed, "is_seeded": True})
    return bool(missing)
