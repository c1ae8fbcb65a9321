"""How many requests a second one gateway process carries, each a durable transaction before its answer.

Run it with `python benchmarks/gateway.py`. The gateway serves a trivial service inside itself and shares the
machine with its database and with the callers, whose share of the processor is printed too.
"""

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

REQUEST = b"GET /bench?number=%d HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n"
PORT = 7301


def serve(ready: "multiprocessing.synchronize.Event") -> None:
    """The gateway, in a process of its own."""
    import django

    django.setup()
    import uvloop

    from mhero.exchange.gateway.server import run_gateway
    from mhero.platform.configuration import load
    from mhero.platform.gateway import LocalRequest, LocalResponse

    async def answer(_request: LocalRequest) -> LocalResponse:
        return LocalResponse(body=b"ok")

    async def main() -> None:
        asyncio.get_running_loop().call_later(2, ready.set)
        await run_gateway({"bench": answer}, load())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


async def call(connections: int, seconds: float) -> tuple[int, list[float]]:
    """Keeps every connection busy with one request at a time; the number answered and their times."""
    times: list[float] = []
    until = time.monotonic() + seconds

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        while time.monotonic() < until:
            began = time.monotonic()
            writer.write(REQUEST % len(times))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            await reader.readexactly(2)
            times.append(time.monotonic() - began)
        writer.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return len(times), sorted(times)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--seconds", type=float, default=10)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            MHERO_HOME=home,
            MHERO_GATEWAY_PORT=str(PORT),
            MHERO_GATEWAY_TLS_PORT=str(PORT + 1),
            DJANGO_SETTINGS_MODULE="mhero.platform.settings",
        )
        from mhero.platform.testing import started_database

        with started_database(Path(home)) as url:
            os.environ["DATABASE_URL"] = url
            measure(chosen.connections, chosen.seconds)


def measure(connections: int, seconds: float) -> None:
    import psutil
    import uvloop
    from django.db import connection

    from mhero.exchange.models import Channel, Transaction

    Channel.objects.create(
        name="Bench",
        url_pattern="^/bench",
        methods=["GET"],
        is_public=True,
        routes=[{"service": "bench"}],
        keeps_request_body=False,
        keeps_response_body=False,
    )
    connection.close()
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    gateway = spawning.Process(target=serve, args=(ready,), daemon=True)
    gateway.start()
    ready.wait(30)
    process = psutil.Process(gateway.pid)
    before = process.cpu_times()
    began = time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answered, times = runner.run(call(connections, seconds))
    elapsed = time.monotonic() - began
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    kept = Transaction.objects.count()
    gateway.terminate()
    gateway.join()
    if kept != answered:
        raise SystemExit(f"{answered} answers but {kept} transactions")
    print(f"requests: {answered / elapsed:,.0f}/s, each a durable transaction")
    print(
        f"median: {1000 * times[len(times) // 2]:.1f} ms, 95%: {1000 * times[int(len(times) * 0.95)]:.1f} ms"
    )
    print(f"gateway processor share: {100 * used / elapsed:.0f}% of one core")
    print(f"per full core: {answered / used:,.0f}/s")


if __name__ == "__main__":
    main()
