"""How long it takes to bring reported values to DHIS2: those of every facility, in one request for each.

DHIS2 is the sandbox's, in a process of its own. Values wait in the outbox as stock reports leave them there;
the run that sends them is the worker's, in this process, at the pace that it keeps.
"""

import argparse
import os
import resource
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import UUID

import httpx
from benchmarks.sync import country, synced
from django.utils.crypto import get_random_string

MEDIATOR = "dhis2-values"
PERIOD = "202601"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--facilities", type=int, default=820, help="some of them are closed")
    arguments.add_argument("--values", type=int, default=20_000)
    arguments.add_argument("--port", type=int, default=7550, help="the first of three free ports")
    given = arguments.parse_args()
    from mhero.platform.testing import started_database

    with tempfile.TemporaryDirectory(prefix="mhero-bench-", ignore_cleanup_errors=True) as home:
        os.environ["MHERO_HOME"] = home
        os.environ["MHERO_SECRET_KEY"] = get_random_string(40)
        os.environ["DJANGO_SETTINGS_MODULE"] = "mhero.platform.settings"
        with started_database(Path(home)), country(given.port, 1000, given.facilities):
            connect(given.port)
            measure(given.port, given.values)


def connect(port: int) -> None:
    import mhero.connectors.tasks  # noqa: F401 - registers the mediators.
    from mhero.connectors.services import connect
    from mhero.exchange.services import ensure_seeds
    from mhero.sandbox.credentials import DHIS2_TOKEN

    ensure_seeds()
    connect("dhis2", f"http://127.0.0.1:{port + 1}", secret=DHIS2_TOKEN)
    synced("dhis2")


def measure(port: int, count: int) -> None:
    from mhero.connectors.models import DataValue
    from mhero.connectors.queries import data_sets

    form = next(one for one in data_sets() or () if one.name == "Monthly stock by SMS")
    elements = [element.id for element in form.elements]
    places = open_facilities()[: count // len(elements)]
    put(form.id, places, elements)
    waiting = DataValue.objects.filter(is_waiting=True).count()
    print(f"{waiting:,} values of {len(places):,} facilities")
    processor = os.times()
    seconds = synced(MEDIATOR)
    used = os.times()
    own = used.user + used.system - processor.user - processor.system
    there = sum(len(held(port, form.id, unit)) for unit in sample_of(places))
    if there != len(elements) * len(sample_of(places)) or DataValue.objects.filter(is_waiting=True).exists():
        raise SystemExit("Not every value has arrived.")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"processor: {1000 * own / len(places):.1f} ms a request")
    print(f"push of {waiting:,} values: {seconds:.0f} s")


def open_facilities() -> list[UUID]:
    from mhero.registry.models import Place

    found = Place.objects.filter(kind="facility", is_active=True).order_by("id")
    return list(found.values_list("id", flat=True))


def put(data_set: str, places: Sequence[UUID], elements: Sequence[str]) -> None:
    from mhero.connectors.services import put_values

    began = perf_counter()
    for number, place in enumerate(places):
        # Never zero: DHIS2 forgets that of one of these elements, and it is refused.
        values = {element: str(1 + number + step) for step, element in enumerate(elements)}
        put_values(place, data_set, PERIOD, values, at=datetime.now(UTC))
    print(f"put into the outbox in {perf_counter() - began:.1f} s")


def sample_of(places: Sequence[UUID]) -> list[str]:
    from mhero.connectors.dhis2.pushing import units_of

    return list(units_of(set(places[::100])).values())


def held(port: int, data_set: str, unit: str) -> list[object]:
    """What DHIS2 holds of a unit, asked without our own client."""
    from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_USER

    answer = httpx.get(
        f"http://127.0.0.1:{port + 1}/api/dataValueSets",
        params={"dataSet": data_set, "period": PERIOD, "orgUnit": unit},
        auth=(DHIS2_USER, DHIS2_PASSWORD),
    )
    values: list[object] = answer.json()["dataValues"]
    return values


if __name__ == "__main__":
    main()
