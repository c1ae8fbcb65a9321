"""Figures about the installation, in Prometheus' text form.

A room measures what lies in the database when it is asked, with `@measure`: any number of processes then
tells the same figures. What only one process knows is an ordinary counter of `prometheus_client`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST

#: The values of the labels, and the figure.
Sample = tuple[Sequence[str], float]
Measure = Callable[[], Iterable[Sample]]


class _Measured(Collector):
    def __init__(self, name: str, help: str, labels: Sequence[str], read: Measure) -> None:
        self._name, self._help, self._labels, self._read = name, help, labels, read

    def describe(self) -> Iterator[GaugeMetricFamily]:
        # Told without reading, so that registering at import asks nothing of the database.
        yield GaugeMetricFamily(self._name, self._help, labels=self._labels)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(self._name, self._help, labels=self._labels)
        for values, figure in self._read():
            family.add_metric(list(values), figure)
        yield family


def measure(name: str, help: str, labels: Sequence[str] = ()) -> Callable[[Measure], Measure]:
    """Registers a function that reads (label values, figure) pairs from the database at each scrape."""

    def register(read: Measure) -> Measure:
        REGISTRY.register(_Measured(name, help, labels, read))
        return read

    return register


def text() -> bytes:
    return generate_latest(REGISTRY)
