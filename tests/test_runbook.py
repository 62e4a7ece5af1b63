"""The runbook has an entry for everything that may call somebody: each alarm, each promise."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from app.dispatch import promises

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/runbook.md").read_text()


def section(title: str) -> str:
    """The part of the runbook under one of its headings."""
    return TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def entries(title: str) -> list[str]:
    """What the headings of a section are about."""
    return re.findall(r"^### `([^`]+)`", section(title), re.MULTILINE)


def alarm_kinds() -> Iterator[str]:
    """Every kind of alarm that the code can sound, read from the calls of `alarms.sound`."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        tree = ast.parse(path.read_text())
        for around in ast.walk(tree):
            if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef) and (path.name, around.name) != (
                "alarms.py",
                "sound",
            ):
                for call in _calls(around, "sound"):
                    yield from _kinds(call.args[1], around, path, tree)


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (name, f"alarms.{name}"):
            yield node


def _kinds(kind: ast.expr, around: ast.FunctionDef | ast.AsyncFunctionDef, path: Path, tree: ast.AST) -> Iterator[str]:
    """A literal; a name of the module; a parameter, as every caller in the module gives it."""
    if isinstance(kind, ast.Constant):
        yield str(kind.value)
        return
    assert isinstance(kind, ast.Name), f"{path}: a kind of alarm that a reader cannot find: {ast.unparse(kind)}"
    parameters = [argument.arg for argument in around.args.args]
    if kind.id not in parameters:
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        yield str(getattr(module, kind.id))
        return
    for call in _calls(tree, around.name):
        yield from _kinds(call.args[parameters.index(kind.id)], around, path, tree)


def test_every_kind_of_alarm_has_its_entry_and_no_entry_is_left_over() -> None:
    kinds = set(alarm_kinds())
    assert {"job.failed", "sending.held", "assignment.overdue"} <= kinds
    assert sorted(entries("Alarms on the board")) == sorted(kinds)


def test_every_promise_that_rrt_check_asks_has_its_entry() -> None:
    names = [promise.name for promise in (*promises.ALWAYS, *promises.FOLLOWED_UP)]
    assert sorted(re.findall(r"^\| `([^`]+)` \|", section("Promises"), re.MULTILINE)) == sorted(names)


def test_every_entry_says_what_it_means_and_what_to_do() -> None:
    for entry in re.split(r"^### ", section("Alarms on the board"), flags=re.MULTILINE)[1:]:
        assert "**Means.**" in entry, entry
        assert "**Do.**" in entry, entry
