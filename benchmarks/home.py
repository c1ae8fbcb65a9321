"""How long the home page takes in a country with 12,000 and with 100,000 health workers.

Run it with `python -m benchmarks.home`. The first figure of a line is without the figures that are kept for
some seconds, as the first visitor has it.
"""

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from benchmarks.audience import COUNTIES, DISTRICTS, FACILITIES, _place, fill

ROUNDS = 40
MESSAGES = 100_000


def main() -> None:
    from mhero.platform.testing import copied_database, started_database

    with tempfile.TemporaryDirectory(prefix="mhero-bench-", ignore_cleanup_errors=True) as home:
        os.environ["MHERO_HOME"] = home
        with started_database(Path(home)):
            for people in (12_000, 100_000):
                with copied_database():
                    _make_places()
                    fill(people)
                    _make_messages()
                    first, kept = _measure()
                    print(f"home page, {people:,} people: first {_words(first)}; then {_words(kept)}")


def _words(times: list[float]) -> str:
    return f"{median(times):.0f} ms ({quantiles(times, n=20)[-1]:.0f} ms at the 95th percentile)"


def _make_places() -> None:
    from mhero.registry.models import Place

    top = _place(0)
    rows = [Place(id=top, kind="jurisdiction", name="Country", level=1, path=[top])]
    for level, numbers in ((2, COUNTIES), (3, DISTRICTS), (4, FACILITIES)):
        for number in numbers:
            # As benchmarks.audience spreads people over them.
            above = [
                [],
                [_place(COUNTIES[number % 15])],
                [_place(COUNTIES[number % 15]), _place(DISTRICTS[number % 150])],
            ]
            path = [top, *above[level - 2], _place(number)]
            rows.append(
                Place(
                    id=_place(number),
                    kind="facility" if level == 4 else "jurisdiction",
                    name=f"Place {number}",
                    level=level,
                    parent_id=path[-2],
                    path=path,
                    latitude=6 + number % 15 / 10,
                    longitude=-9.5,
                )
            )
    Place.objects.bulk_create(rows)


def _make_messages() -> None:
    from django.db import connection

    from mhero.messaging.models import Broadcast, Contact, Message, SMSChannel
    from mhero.platform.clock import now

    channel = SMSChannel.objects.create(
        type="external", name="Network", address="1234", send_url="http://x.test"
    )
    broadcasts = [
        Broadcast.objects.create(
            name=f"Send {n}",
            text="Hello",
            sms_channel=channel,
            status="sent",
            starts_at=now(),
            started_at=now() - timedelta(days=n % 7),
            expires_at=now(),
        )
        for n in range(10)
    ]
    contacts = list(Contact.objects.values_list("id", "number")[: MESSAGES // 10])
    for day, broadcast in enumerate(broadcasts):
        Message.objects.bulk_create(
            [
                Message(
                    is_incoming=False,
                    contact_id=contact,
                    broadcast_id=broadcast.id,
                    sms_channel_id=channel.id,
                    number=number,
                    text="Hello",
                    status="failed" if n % 20 == 0 else "delivered",
                    sent_at=now() - timedelta(days=day % 7),
                )
                for n, (contact, number) in enumerate(contacts)
            ],
            batch_size=5_000,
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_place, registry_person, messaging_contact, messaging_message")


def _measure() -> tuple[list[float], list[float]]:
    from django.core.cache import cache
    from django.test import Client

    from mhero.accounts.models import User
    from mhero.accounts.services import change_password

    user = User.objects.create_user("korto@example.org", role="administrator")
    change_password(user, "three dry river stones")
    browser = Client()
    browser.force_login(user)
    browser.get("/")
    first: list[float] = []
    kept: list[float] = []
    for _ in range(ROUNDS):
        cache.clear()
        first.append(_milliseconds(browser))
        kept.append(_milliseconds(browser))
    return first, kept


def _milliseconds(browser: Any) -> float:
    start = perf_counter()
    answer = browser.get("/")
    took = 1000 * (perf_counter() - start)
    if answer.status_code != 200:
        raise RuntimeError(f"the home page answers {answer.status_code}")
    return took


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")
    main()
