"""The demonstration: a ministry that is connected to the sandbox, with people who can sign in."""

import json
import os
import secrets
import time
from pathlib import Path
from uuid import UUID

import psycopg

from mhero.platform.configuration import Configuration

#: The people of the demonstration: address, name, role, and what they are there for.
TEAM = (
    ("korto@example.org", "Korto Kollie", "administrator", "sees and may do everything"),
    ("hawa@example.org", "Hawa Togba", "communications_officer", "texts health workers and reads replies"),
    ("flomo@example.org", "Flomo Sumo", "communications_officer", "the same, in Suakoko District alone"),
    ("joseph@example.org", "Joseph Dahn", "exchange_operator", "looks after the systems"),
)
FLOMOS_DISTRICT = "Suakoko"
PLACE_IS_THERE = "SELECT id FROM registry_place WHERE level = 3 AND name LIKE %s"
GIVE_PLACE = """
    UPDATE accounts_user
    SET area_id = (SELECT id FROM registry_place WHERE level = 3 AND name LIKE %s LIMIT 1)
    WHERE email = 'flomo@example.org'
"""
SMS_CHANNEL = "Sandbox network"
SHORT_CODE = "1234"
SEGMENTS_A_SECOND = 1000
#: Of one SMS, in US dollars: made up, of a likely size.
PRICES = {"Lonestar MTN": "0.012", "Orange": "0.014", "": "0.02"}


def set_up(configuration: Configuration) -> None:
    """Makes what is missing of the demonstration."""
    make_team(demo_password(configuration.home))
    allow_every_hour()
    connect_sandbox(configuration)


def words(configuration: Configuration) -> list[str]:
    """What the person at the terminal needs to know."""
    password = demo_password(configuration.home)
    phones = f"http://localhost:{configuration.sandbox_port + 2}/sandbox/"
    return [
        f"Sign in with the password [bold]{password}[/] as",
        *(f"  [bold]{email}[/]  {purpose}" for email, _name, _role, purpose in TEAM),
        f"The country's phones: [bold]{phones}[/]",
    ]


def demo_password(home: Path) -> str:
    """One password for the demonstration's people, kept beside its data."""
    path = home / "demo.json"
    if path.exists():
        return str(json.loads(path.read_text())["password"])
    password = secrets.token_urlsafe(9)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"password": password}, file)
    return password


def make_team(password: str) -> None:
    """The people, one of them for a district alone, and a workspace that is live from the start."""
    from mhero.accounts.models import User
    from mhero.accounts.queries import workspace
    from mhero.platform.clock import now

    if User.objects.exists():
        return
    for email, name, role, _purpose in TEAM:
        User.objects.create_user(email, password, name=name, role=role)
    User.objects.filter(email="flomo@example.org").update(area_id=flomos_district())
    ministry = workspace()
    ministry.name = "Liberia · Ministry of Health"
    ministry.went_live_at = now()
    ministry.save()


def allow_every_hour() -> None:
    """No quiet hours, once: whoever tries the demonstration at night wants to see something happen."""
    from mhero.messaging.models import SendingRules

    rules = {"quiet_from": "0:00", "quiet_until": "0:00", "prices": PRICES}
    SendingRules.objects.get_or_create(id=SendingRules.ONLY, defaults=rules)


def flomos_district() -> UUID:
    """The place as the registry names it when DHIS2 is quicker; until it is there, so is nobody."""
    from mhero.registry.identity import id_of
    from mhero.sandbox.country.facilities import unit_uid
    from mhero.sandbox.country.places import COUNTIES

    districts = (district for county in COUNTIES for district in county.districts)
    code = next(district.code for district in districts if district.name == FLOMOS_DISTRICT)
    return id_of("dhis2", f"Location/{unit_uid(f'unit/{code}')}")


def correct_flomos_district(url: str) -> None:
    """Waits for the place, and gives it to Flomo: when iHRIS was quicker than DHIS2 it has another id."""
    with psycopg.connect(url, autocommit=True) as connection:
        while not connection.execute(PLACE_IS_THERE, [f"{FLOMOS_DISTRICT}%"]).fetchone():
            time.sleep(1)
        connection.execute(GIVE_PLACE, [f"{FLOMOS_DISTRICT}%"])


def connect_sandbox(configuration: Configuration) -> None:
    """Connects the sandbox's systems, unless the demonstration is connected already."""
    from mhero.connectors.models import Connection
    from mhero.connectors.services import connect
    from mhero.messaging.models import SMSChannel
    from mhero.messaging.services import create_sms_channel
    from mhero.sandbox import credentials

    ihris, dhis2, phones = (f"http://127.0.0.1:{configuration.sandbox_port + step}" for step in range(3))
    if not Connection.objects.exists():
        connect("dhis2", dhis2, secret=credentials.DHIS2_TOKEN)
        connect("ihris", f"{ihris}/fhir", credentials.IHRIS_USER, credentials.IHRIS_PASSWORD)
    if not SMSChannel.objects.exists():
        create_sms_channel(
            type="external",
            name=SMS_CHANNEL,
            address=SHORT_CODE,
            send_url=f"{phones}/send",
            rate=SEGMENTS_A_SECOND,
            concurrency=64,
        )
