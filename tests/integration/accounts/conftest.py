"""Pages in these tests keep what their templates were given."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _templates_tell(postgres: str) -> Iterator[None]:
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    yield
    teardown_test_environment()
