"""The database of the tests: an embedded PostgreSQL of their own, made once a run."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# Before Django's settings are read: the tests never touch an installation's own data.
_HOME = tempfile.TemporaryDirectory(prefix="mhero-tests-", ignore_cleanup_errors=True)
os.environ["MHERO_HOME"] = _HOME.name
os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "mhero.platform.settings"

CONFORMANCE = Path(os.environ.get("MHERO_CONFORMANCE", "../shared/conformance"))


class Scheduling(LoadFileScheduling):
    """A file is run in one process, and all that need the demonstration in a browser in the same."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/browser/"
        return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder of outside data, or a skip that says it is not there."""
    if not CONFORMANCE.is_dir():
        pytest.skip(f"the conformance data is not at {CONFORMANCE}; set MHERO_CONFORMANCE")
    return CONFORMANCE


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL whose `mhero` database has every table."""
    from mhero.platform.testing import started_database

    with started_database(Path(_HOME.name)) as url:
        yield url


@pytest.fixture
def db(postgres: str) -> Iterator[None]:
    """A database that forgets what the test wrote: one transaction, rolled back."""
    from mhero.platform.testing import rolled_back

    with rolled_back():
        yield


@pytest.fixture
def live_db(postgres: str) -> Iterator[str]:
    """A copied database for tests whose processes or threads need connections of their own; its address."""
    from mhero.platform.testing import copied_database

    with copied_database() as url:
        yield url
