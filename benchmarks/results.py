"""How long the results of questions take that 20,000 people were asked, beside those of other sends.

Run it with `python -m benchmarks.results`. The pages are read as an administrator sees them, who is spared
nothing: every chart, every person's answers. The figures at the end are those at the 95th percentile.
"""

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import psutil

PEOPLE = 20_000
#: Earlier sends of the same questions, to a quarter as many people each.
OTHER_SENDS = 4
ROUNDS = 40


def main() -> None:
    from mhero.platform.testing import copied_database, started_database

    with tempfile.TemporaryDirectory(prefix="mhero-bench-", ignore_cleanup_errors=True) as home:
        os.environ["MHERO_HOME"] = home
        with started_database(Path(home)), copied_database():
            _measure()


def _measure() -> None:
    from django.test import Client
    from django.urls import reverse

    from mhero.accounts.models import User
    from mhero.accounts.services import change_password

    flow, send = _fill()
    korto = User.objects.create_user("korto@example.org", role="administrator")
    change_password(korto, "three dry river stones")
    browser = Client()
    browser.force_login(korto)
    of_send = f"?send={send.id}"
    addresses = {
        "results page": reverse("results_of", args=[flow.id]) + of_send,
        "results page, all sends": reverse("results_of", args=[flow.id]),
        "question page": reverse("results_question", args=[flow.id, "doses"]) + of_send,
        "table page": reverse("results_table", args=[flow.id]) + of_send,
        "watching page": reverse("broadcast", args=[send.id]),
    }
    print(f"{PEOPLE:,} people asked, {OTHER_SENDS} more sends of {PEOPLE // 4:,}")
    figures = []
    for name, address in addresses.items():
        used = _processor()
        times = [_milliseconds(browser, address) for _ in range(ROUNDS)]
        used = 1000 * (_processor() - used) / ROUNDS
        late = quantiles(times, n=20)[-1]
        print(f"{name}: {median(times):.0f} ms in the middle, of which the processor had {used:.0f} ms")
        figures.append(f"{name}: {late:.0f} ms")
    for name in ("results_csv", "results_xlsx"):
        seconds, size = _download(browser, reverse(name, args=[flow.id]) + of_send)
        kind = name.removeprefix("results_")
        print(f"{kind}: {size:,} bytes")
        figures.append(f"{kind} of {PEOPLE:,}: {seconds:.1f} s")
    print("\n".join(figures))


def _fill() -> tuple[Any, Any]:
    from django.db import connection
    from tests.integration.messaging.answering import ask, make_contacts, make_flow, make_send

    from mhero.messaging.models import FlowRun, Session, SMSChannel
    from mhero.platform.clock import now

    channel = SMSChannel.objects.create(
        type="external", name="Network", address="1234", send_url="http://x.test"
    )
    flow = make_flow()
    contacts = make_contacts(PEOPLE)
    for week in range(OTHER_SENDS, 0, -1):
        earlier = make_send(flow, channel, at=now() - timedelta(weeks=week))
        ask(flow, earlier, contacts[: PEOPLE // 4], seed=week)
        for model in (Session, FlowRun):
            model.objects.filter(status="waiting").update(status="expired")
    send = make_send(flow, channel)
    ask(flow, send, contacts)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return flow, send


def _processor() -> float:
    """Seconds of processor that this process and its database connection have used."""
    from django.db import connection

    database = psutil.Process(connection.connection.info.backend_pid).cpu_times()
    return process_time() + float(database.user + database.system)


def _milliseconds(browser: Any, address: str) -> float:
    start = perf_counter()
    answer = browser.get(address)
    took = 1000 * (perf_counter() - start)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    return took


def _download(browser: Any, address: str) -> tuple[float, int]:
    start = perf_counter()
    size = sum(len(part) for part in browser.get(address).streaming_content)
    return perf_counter() - start, size


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")
    main()
