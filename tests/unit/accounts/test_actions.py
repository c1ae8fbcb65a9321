"""The audit trail can say in words what any room writes into it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import mhero

PACKAGE = Path(mhero.__file__).parent


def test_each_action_that_is_written_has_its_words() -> None:
    from mhero.accounts.actions import WORDS

    written = {action for path in PACKAGE.rglob("*.py") for action in _actions(path)}
    assert "people.listed" in written
    assert sorted(written - set(WORDS)) == [], "give them words in mhero/accounts/actions.py"


def _actions(path: Path) -> Iterator[str]:
    """The first arguments of the calls of `record_audit` that are plain texts."""
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and call.args and _name(call.func) == "record_audit":
            for part in ast.walk(call.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))
