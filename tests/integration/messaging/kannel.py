"""Debian's Kannel with its fake message centre, as the tests start it on loopback."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import unquote_to_bytes

FAKE_SMSC = Path("/usr/lib/kannel/test/fakesmsc")
#: Sender, receiver, and what it is: text, ucs-2, data, or a header and one of these.
GOT = re.compile(rb"Got message \d+: <(\S+) (\S+) (?:udh (\S+) )?(\S+) (.*)>$", re.DOTALL)

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-password = admin
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
mo-recode = true

group = sendsms-user
username = mhero
password = not-a-secret
concatenation = true
max-messages = 10

group = sms-service
keyword = default
get-url = "{receive}?id=%I&sender=%p&receiver=%P&message=%a&ts=%T"
catch-all = true
max-messages = 0
"""


def missing() -> str:
    """What is not installed here; empty when all is."""
    absent = [name for name in ("bearerbox", "smsbox") if not shutil.which(name)]
    return ", ".join([*absent, *([] if FAKE_SMSC.exists() else ["fakesmsc"])])


class FakeSMSC:
    """The operator's end: what it was given, and what its phones say."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        #: The receiver and the text, in the order of arrival; a long message once it is whole.
        self.received: list[tuple[str, str]] = []
        #: How many SMS that was.
        self.segments = 0
        self._parts: dict[tuple[str, int], dict[int, bytes]] = {}

    async def listen(self) -> None:
        assert self._process.stderr is not None
        # A text may hold line ends; the log's own lines begin with a date.
        entry = b""
        async for line in self._process.stderr:
            if re.match(rb"\d{4}-\d\d-\d\d ", line):
                entry = b""
            entry += line
            if found := GOT.search(entry.rstrip(b"\n")):
                self._take(*found.groups())

    async def texts(self, number: int) -> list[tuple[str, str]]:
        """What was received, once it is so many; the log it is read from may lag behind."""
        for _ in range(100):
            if len(self.received) >= number:
                break
            await asyncio.sleep(0.05)
        return self.received

    async def say(self, sender: str, short_code: str, text: str) -> None:
        """A phone sends a text."""
        assert self._process.stdin is not None
        encoded = "".join(f"%{byte:02x}" for byte in text.encode("utf-16-be"))
        self._process.stdin.write(f"{sender} {short_code} ucs2 {encoded}\n".encode())
        await self._process.stdin.drain()

    def _take(self, _sender: bytes, receiver: bytes, header: bytes | None, kind: bytes, text: bytes) -> None:
        self.segments += 1
        number = receiver.decode()
        raw = text if kind == b"text" else unquote_to_bytes(text.replace(b"+", b" "))
        if header is None:
            self.received.append((number, _decoded(raw)))
            return
        # TS 23.040, 9.2.3.24.1: the reference, how many parts there are, and which this is.
        reference, total, index = unquote_to_bytes(header)[-3:]
        parts = self._parts.setdefault((number, reference), {})
        parts[index] = raw
        if len(parts) == total:
            self.received.append((number, _decoded(b"".join(parts[each] for each in sorted(parts)))))


def _decoded(raw: bytes) -> str:
    """The log names the alphabet of single texts only, but every UCS-2 text of the tests has a blank."""
    return raw.decode("utf-16-be" if b"\0" in raw else "utf-8")


@asynccontextmanager
async def running(folder: Path, receive: str) -> AsyncIterator[tuple[str, FakeSMSC]]:
    """Kannel's sendsms address, and the operator behind it; replies go to `receive`."""
    ports = dict(zip(("admin", "boxes", "smsc", "sendsms"), _free_ports(4), strict=True))
    file = folder / "kannel.conf"
    file.write_text(CONFIGURATION.format(receive=receive, **ports))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_process("bearerbox", str(file)))
        await _until_open(ports["boxes"])
        await stack.enter_async_context(_process("smsbox", str(file)))
        await _until_open(ports["sendsms"])
        operator = await stack.enter_async_context(_process(str(FAKE_SMSC), "-r", str(ports["smsc"])))
        smsc = FakeSMSC(operator)
        listening = asyncio.create_task(smsc.listen())
        try:
            yield f"http://127.0.0.1:{ports['sendsms']}/cgi-bin/sendsms", smsc
        finally:
            listening.cancel()


@asynccontextmanager
async def _process(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    is_operator = command[0] == str(FAKE_SMSC)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE if is_operator else asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        # Kannel takes its time to say goodbye, and nothing is left to be saved.
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _until_open(port: int) -> None:
    async with asyncio.timeout(15):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
