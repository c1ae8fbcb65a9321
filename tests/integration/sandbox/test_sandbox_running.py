"""The sandbox as a program of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mhero.platform.errors import ConfigurationError
from mhero.sandbox.country import Country
from mhero.sandbox.server import Sandbox, SandboxConfig


async def test_a_taken_port_is_named_with_its_setting(sandbox: Sandbox, country: Country) -> None:
    taken = int(sandbox.ihris_url.split(":")[2].split("/")[0])
    with pytest.raises(ConfigurationError, match=f"Port {taken} .*MHERO_SANDBOX_PORT"):
        await Sandbox(SandboxConfig(port=taken), country=country).start()


def test_the_program_starts_within_its_time_and_stops_when_asked(tmp_path: Path) -> None:
    environment = os.environ | {"MHERO_HOME": str(tmp_path), "MHERO_SANDBOX_PORT": "7130"}
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "mhero.sandbox"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        # Three seconds are promised; other tests may share the processors.
        assert time.monotonic() - started < 10
        assert lines[2].strip() == "Phones  http://127.0.0.1:7132/sandbox/"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
