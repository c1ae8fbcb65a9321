"""`python -m mhero.flows run FLOW.json` talks to a flow; `… check FILE` says what is wrong with it."""

from __future__ import annotations

import argparse
import json
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from mhero.flows.assets import Assets, assets_from_json
from mhero.flows.definition.exports import Export, read_export
from mhero.flows.definition.inspect import inspect, waits
from mhero.flows.environment import environment_from_json
from mhero.flows.errors import FlowError
from mhero.flows.ids import uuid7
from mhero.flows.locations import hierarchy
from mhero.flows.session import resume, start
from mhero.flows.state import Sprint

Json = dict[str, Any]

CHANNEL = {
    "uuid": "00000000-0000-4000-8000-0000000c0001",
    "name": "Terminal",
    "address": "8000",
    "schemes": ["tel"],
    "roles": ["send", "receive"],
}
MUSU = {
    "uuid": "00000000-0000-4000-8000-0000000a0001",
    "id": 1,
    "name": "Musu Kollie",
    "language": "eng",
    "status": "active",
    "urns": ["tel:+231777000111"],
}


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return uuid7(now, random.random)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mhero.flows", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="Talks to a flow in the terminal.")
    run.add_argument("file", type=Path, help="An export, a definition, or assets with flows.")
    run.add_argument("--flow", help="The name or UUID of the flow; the first by default.")
    run.add_argument("--contact", type=Path, help="A JSON file with the contact to talk as.")
    run.add_argument("--trace", action="store_true", help="Shows every event and every way taken.")
    check = commands.add_parser("check", help="Validates and migrates flows and lists what looks wrong.")
    check.add_argument("files", type=Path, nargs="+")
    wanted = parser.parse_args(arguments)
    console = Console()
    try:
        if wanted.command == "check":
            return max(check_file(console, path) for path in wanted.files)
        return Conversation(console, wanted).run()
    except (FlowError, OSError, ValueError) as exc:
        console.print(f"[red]{escape(str(exc))}[/red]")
        return 1


def load(path: Path) -> tuple[Json, Export]:
    """The file's own JSON as assets, and the flows in it."""
    data = json.loads(path.read_text(encoding="utf-8"))
    export = read_export(data, uuid=new_id)
    return (data if isinstance(data, dict) else {}), export


def check_file(console: Console, path: Path) -> int:
    """Prints what was found; 1 when a flow cannot be run."""
    raw, export = load(path)
    console.print(f"[bold]{escape(str(path))}[/bold]")
    known = any(key in raw for key in ("fields", "groups", "channels"))
    assets = read_assets(raw, export)
    for flow in export.flows:
        found = inspect(flow, assets if known else None)
        console.print(
            f"  {escape(flow.name)}: {len(flow.nodes)} nodes, {len(found['results'])} results, "
            f"{len(waits(flow))} waits, {len(found['dependencies'])} dependencies"
        )
        for issue in found["issues"]:
            console.print(f"    [yellow]{escape(issue['description'])}[/yellow] at node {issue['node_uuid']}")
    for problem in export.problems:
        console.print(f"  [red]{escape(str(problem))}[/red]")
    return 1 if export.problems else 0


def read_assets(raw: Json, export: Export) -> Assets:
    """The assets that came with the flows, with a channel to talk by where there was none."""
    data = {**raw, "flows": [flow.definition for flow in export.flows]}
    if not data.get("channels"):
        data["channels"] = [CHANNEL]
    assets = assets_from_json(data, uuid=new_id)
    for flow in export.flows:
        assets.add_flow(flow)
    return assets


class Conversation:
    """A talk in the terminal between a contact and a flow."""

    def __init__(self, console: Console, wanted: argparse.Namespace) -> None:
        raw, export = load(wanted.file)
        flows = [flow for flow in export.flows if not wanted.flow or wanted.flow in (flow.name, flow.uuid)]
        if not flows:
            raise FlowError("; ".join(map(str, export.problems)) or "there is no such flow in this file")
        self.console, self.trace, self.flow = console, wanted.trace, flows[0]
        self.contact: Json = (
            json.loads(wanted.contact.read_text(encoding="utf-8")) if wanted.contact else MUSU
        )
        self.assets = read_assets(raw, export)
        self.environment = environment_from_json(
            raw.get("environment"), locations=hierarchy(self.assets.locations), now=now, random=random.random
        )

    def run(self) -> int:
        trigger = {"type": "manual", "flow": self.flow.reference, "triggered_on": now().isoformat()}
        self.console.print(f"[dim]{escape(self.flow.name)}: an empty line is silence, end with Ctrl-D.[/dim]")
        sprint = start(
            assets=self.assets, environment=self.environment, contact=self.contact, trigger=trigger
        )
        while self.show(sprint) == "waiting":
            try:
                text = input("> ")
            except (EOFError, KeyboardInterrupt):
                return 0
            try:
                sprint = resume(
                    assets=self.assets,
                    environment=self.environment,
                    session=sprint.session,
                    contact=sprint.contact,
                    resume=self.answer(text),
                )
            except FlowError as exc:
                self.console.print(f"[yellow]{escape(str(exc))}[/yellow]")
        return 0 if sprint.session["status"] == "completed" else 1

    def answer(self, text: str) -> Json:
        moment = now().isoformat()
        event: Json = {"uuid": new_id(), "created_on": moment}
        if not text:
            return {
                "type": "wait_timeout",
                "resumed_on": moment,
                "event": {**event, "type": "wait_timed_out"},
            }
        urn = next(iter(self.contact.get("urns") or []), "")
        message = {"text": text, "urn": urn.partition("?")[0]}
        return {
            "type": "msg",
            "resumed_on": moment,
            "event": {**event, "type": "msg_received", "msg": message},
        }

    def show(self, sprint: Sprint) -> str:
        """Prints what happened and answers the session's status."""
        for event in sprint.events:
            if event["type"] in ("msg_created", "ivr_created"):
                message = event["msg"]
                self.console.print(f"[bold green]{escape(message['text'])}[/bold green]")
                replies = [reply.get("text", "") for reply in message.get("quick_replies") or []]
                if replies:
                    self.console.print(f"[dim]{escape(' | '.join(replies))}[/dim]")
            elif event["type"] in ("error", "failure", "warning"):
                self.console.print(f"[red]{event['type']}: {escape(event['text'])}[/red]")
            if self.trace:
                self.console.print(f"[dim]{escape(json.dumps(event, ensure_ascii=False))}[/dim]")
        for segment in sprint.segments if self.trace else []:
            self.console.print(f"[dim]-> {segment['destination_uuid']} by exit {segment['exit_uuid']}[/dim]")
        status = str(sprint.session["status"])
        if status != "waiting":
            self.console.print(f"[dim]{status}[/dim]")
        return status


if __name__ == "__main__":
    sys.exit(main())
