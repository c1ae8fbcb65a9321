"""How long it takes to bring a country in from iHRIS and DHIS2, and how much memory that needs.

The systems are the sandbox's, in a process of their own; the syncs run in this one as they do in the worker,
into a database that is gone afterwards. Contacts follow at the end. All of it shares the machine.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

import httpx
from django.utils.crypto import get_random_string

SYSTEMS = ("dhis2", "ihris")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=12_000)
    arguments.add_argument("--facilities", type=int, default=800)
    arguments.add_argument("--port", type=int, default=7540, help="the first of three free ports")
    given = arguments.parse_args()
    from mhero.platform.testing import started_database

    with tempfile.TemporaryDirectory(prefix="mhero-bench-", ignore_cleanup_errors=True) as home:
        os.environ["MHERO_HOME"] = home
        os.environ["MHERO_SECRET_KEY"] = get_random_string(40)
        os.environ["DJANGO_SETTINGS_MODULE"] = "mhero.platform.settings"
        with started_database(Path(home)), country(given.port, given.people, given.facilities):
            connect(given.port)
            measure()


@contextmanager
def country(port: int, people: int, facilities: int) -> Iterator[None]:
    """The sandbox in a process of its own, so that its memory and its processor time are not ours."""
    command = [
        sys.executable,
        "-m",
        "mhero.sandbox",
        "--people",
        str(people),
        "--facilities",
        str(facilities),
    ]
    running = subprocess.Popen(command, env=os.environ | {"MHERO_SANDBOX_PORT": str(port)})
    try:
        for system in (port, port + 1):
            wait_for(f"http://127.0.0.1:{system}/control/stats")
        yield
    finally:
        running.terminate()
        running.wait()


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            httpx.get(url, timeout=5).raise_for_status()
            return
        except httpx.TransportError:
            sleep(0.2)
    raise SystemExit(f"The sandbox does not answer at {url}.")


def connect(port: int) -> None:
    import mhero.connectors.tasks  # noqa: F401 - registers the mediators.
    from mhero.connectors.services import connect
    from mhero.exchange.services import ensure_seeds
    from mhero.sandbox.credentials import DHIS2_TOKEN, IHRIS_PASSWORD, IHRIS_USER

    ensure_seeds()
    connect("dhis2", f"http://127.0.0.1:{port + 1}", secret=DHIS2_TOKEN)
    connect("ihris", f"http://127.0.0.1:{port}/fhir", IHRIS_USER, IHRIS_PASSWORD)


def measure() -> None:
    from mhero.messaging.models import Contact
    from mhero.registry.models import Person, Place

    first = sum(synced(system) for system in SYSTEMS)
    following = synced("contacts")
    second = sum(synced(system) for system in SYSTEMS)
    full = sum(synced(system, is_full=True) for system in SYSTEMS)
    places, people, contacts = (model.objects.count() for model in (Place, Person, Contact))
    print(f"{people:,} people, {places:,} places, {contacts:,} contacts")
    print(f"contacts: {following:.1f} s")
    print(f"full pass without changes: {full:.1f} s")
    print(f"first sync: {first:.1f} s")
    print(f"no-change sync: {second:.1f} s")
    # Kilobytes on Linux, bytes on a Mac.
    scale = 1024 if sys.platform == "linux" else 1024 * 1024
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale:.0f} MB")


def synced(mediator: str, *, is_full: bool = False) -> float:
    """Seconds that a run took; ends the program when it did not go well."""
    from mhero.exchange.models import Channel, Run
    from mhero.exchange.running import perform
    from mhero.exchange.services import request_run

    run = request_run(Channel.objects.get(mediator=mediator), "benchmark", is_full=is_full)
    began = perf_counter()
    perform(run.id)
    seconds = perf_counter() - began
    run = Run.objects.get(id=run.id)
    counts = ", ".join(f"{number:,} {kind}" for kind, number in run.counts.items() if number)
    print(f"{mediator:9} {seconds:6.1f} s  {run.status}: {counts or 'nothing to do'} {run.error}")
    if run.status != "done":
        raise SystemExit(1)
    return seconds


if __name__ == "__main__":
    main()
