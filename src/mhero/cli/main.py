"""The `mhero` command."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mhero.platform.configuration import Configuration, load
from mhero.platform.errors import MheroError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")
app = typer.Typer(
    name="mhero",
    help="mHero: a ministry of health talks with its health workers by text message.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(stderr=True, highlight=False)


@app.callback()
def settings() -> None:
    """Settings are environment variables; docs/settings.md names them all."""


def refuse(error: MheroError) -> typer.Exit:
    """One line that says what is wrong, and the exit code 1."""
    console.print(f"[bold red]mHero:[/] {error}", soft_wrap=True)
    return typer.Exit(1)


def configured() -> Configuration:
    try:
        return load()
    except MheroError as error:
        raise refuse(error) from error


@app.command()
def up(
    demo: Annotated[bool, typer.Option(help="Bring a demonstration country along.")] = False,
) -> None:
    """Runs everything on this machine until Ctrl-C."""
    from mhero.cli.up import run_everything

    try:
        run_everything(configured(), demo=demo, say=partial(console.print, soft_wrap=True))
    except MheroError as error:
        raise refuse(error) from error


@app.command()
def web() -> None:
    """Runs the console alone."""
    _run_part("web")


@app.command()
def gateway() -> None:
    """Runs the gateway alone."""
    _run_part("gateway")


@app.command()
def worker() -> None:
    """Runs one worker."""
    _run_part("worker")


@app.command()
def sandbox() -> None:
    """Runs the stand-in iHRIS, DHIS2 and phone network."""
    _run_part("sandbox")


def _run_part(name: str) -> None:
    from mhero.cli.parts import PARTS

    configuration = configured()
    try:
        PARTS[name](configuration)
    except MheroError as error:
        raise refuse(error) from error
    except KeyboardInterrupt:
        sys.exit(0)


@app.command()
def doctor() -> None:
    """Checks the installation and says what to do."""
    from mhero.cli.doctor import examine

    raise typer.Exit(0 if examine(configured(), console) else 1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Saves all data, and the key that reads its secrets, in one file."""
    from mhero.cli.backup import save

    try:
        save(configured(), file, console)
    except MheroError as error:
        raise refuse(error) from error


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `mhero backup` wrote.")],
    replace: Annotated[bool, typer.Option(help="Replace the data that is there.")] = False,
) -> None:
    """Brings back what `mhero backup` saved."""
    from mhero.cli.backup import bring_back

    try:
        bring_back(configured(), file, console, replace=replace)
    except MheroError as error:
        raise refuse(error) from error


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, hidden=True)
def manage(context: typer.Context) -> None:
    """Django's own commands, for developers."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["mhero manage", *context.args])
