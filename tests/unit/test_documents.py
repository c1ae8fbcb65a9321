"""The documents say what the program does, or a test fails."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_in_the_documents_and_no_other() -> None:
    source = "\n".join(
        (ROOT / "src/mhero/platform" / name).read_text() for name in ("configuration.py", "secrets.py")
    )
    read = set(re.findall(r'"(MHERO_[A-Z_]+|DATABASE_URL)"', source))
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert read == documented


def test_every_command_is_in_the_documents() -> None:
    from mhero.cli.main import app

    page = (ROOT / "docs/commands.md").read_text()
    for command in app.registered_commands:
        assert command.callback is not None
        if not command.hidden:
            assert f"`mhero {command.callback.__name__}" in page


def test_every_room_is_on_the_map() -> None:
    rooms = {path.parent.name for path in (ROOT / "src/mhero").glob("*/__init__.py")}
    on_the_map = set(re.findall(r"^\| `(\w+)/` \|", (ROOT / "docs/map.md").read_text(), re.MULTILINE))
    assert rooms == on_the_map


def test_a_decision_is_short() -> None:
    for path in (ROOT / "docs/adr").glob("0*.md"):
        assert len(path.read_text().split()) < 400, path.name
