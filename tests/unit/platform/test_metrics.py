from collections.abc import Iterator

from django.test import RequestFactory

from mhero.platform.health import metrics
from mhero.platform.metrics import Sample, measure, text


def test_a_measure_is_read_at_each_scrape_and_not_before() -> None:
    waiting = 0
    reads = 0

    @measure("mhero_test_waiting", "Messages that wait.", labels=("channel",))
    def read() -> Iterator[Sample]:
        nonlocal reads
        reads += 1
        yield ("Lonestar",), waiting

    assert reads == 0
    waiting = 3
    assert b'mhero_test_waiting{channel="Lonestar"} 3.0' in text()
    waiting = 5
    assert b'mhero_test_waiting{channel="Lonestar"} 5.0' in text()


def test_figures_are_told_on_the_machine_itself_only() -> None:
    request = RequestFactory().get("/metrics")
    assert metrics(request).status_code == 200
    assert metrics(RequestFactory().get("/metrics", REMOTE_ADDR="10.0.0.7")).status_code == 403
    assert (
        metrics(RequestFactory().get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"})).status_code == 403
    )
