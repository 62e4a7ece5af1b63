"""Whether a migration lets the code before it go on: two versions run side by side while an installation is upgraded.

`python -m tools.check_expands [FILE...]`: reads every revision's `upgrade` and names what the code before cannot live
with: a table or column dropped or renamed, another type, a NOT NULL or a new rule on rows that it writes. Such a step
belongs into a later version, when nobody runs the old code any more. The revision then says why it may:
`SIDE_BY_SIDE = "no code reads it since version ..."`, or "only rows of the new column are looked at".
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

VERSIONS = Path(__file__).parent.parent / "migrations" / "versions"
BEFORE_THE_RULE = "20261126"
"""Revisions of that day and before are older than the rule and than the first release: nobody upgrades across them."""
DROPS = {"drop_table": "drops a table", "drop_column": "drops a column", "rename_table": "renames a table"}
RULES = ("create_check_constraint", "create_unique_constraint", "create_exclude_constraint", "create_foreign_key")
WORDS = re.compile(
    r"\b(drop\s+(table|column|view|schema)|rename\s+(to|column)|set\s+not\s+null|alter\s+column\s+\w+\s+type)\b", re.I
)


def main(files: Sequence[str]) -> int:
    """Check; 0 when every revision expands, or says why it may contract."""
    paths = [Path(each) for each in files] or sorted(
        path for path in VERSIONS.glob("*.py") if path.name[: len(BEFORE_THE_RULE)] > BEFORE_THE_RULE
    )
    found = {path.name: list(contracting(path.read_text())) for path in paths}
    for name, steps in found.items():
        for step in steps:
            print(f"check_expands: {name} {step}; the code before cannot run beside it", file=sys.stderr)
    if any(found.values()):
        return 1
    print(f"check_expands: the code before runs beside each of {len(paths)} revisions, or it is said why not")
    return 0


def contracting(source: str) -> Iterator[str]:
    """What a revision's `upgrade` does that the code before cannot live with, each with its line."""
    tree = ast.parse(source)
    if any(isinstance(node, ast.Assign) and _names(node) == ["SIDE_BY_SIDE"] for node in tree.body):
        return
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    calls = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]
    made = {_text(call, 0) for call in calls if _verb(call) == "create_table"}
    for call in calls:
        told = _told(call, made)
        if told is not None:
            yield f"line {call.lineno} {told}"


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def _verb(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _text(call: ast.Call, place: int) -> str | None:
    given = call.args[place] if len(call.args) > place else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _told(call: ast.Call, made: set[str | None]) -> str | None:
    """What one step would break, if anything. A table that this revision makes is unknown to the code before."""
    verb = _verb(call)
    of = _text(call, 1 if verb in RULES else 0)
    if verb == "execute":
        text = _text(call, 0) or ""
        found = WORDS.search(text)
        return f"says {found.group()!r}" if found else None
    if of in made:
        return None
    if verb in DROPS:
        return f"{DROPS[verb]} ({of})"
    if verb in RULES:
        return f"puts a rule on rows of {of}, which the code before writes without knowing it"
    if verb == "create_index" and _is_true(call, "unique"):
        return f"makes rows of {_text(call, 1)} unique" if _text(call, 1) not in made else None
    if verb == "add_column" and _needs_a_value(call):
        return f"adds a column to {of} that the code before leaves empty"
    if verb == "alter_column" and _changes(call):
        return f"changes what may stand in a column of {of}"
    return None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def _is_true(call: ast.Call, name: str) -> bool:
    given = _keyword(call, name)
    return isinstance(given, ast.Constant) and given.value is True


def _needs_a_value(call: ast.Call) -> bool:
    """A column that must not be empty, and that the database does not fill by itself."""
    column = next((arg for arg in call.args if isinstance(arg, ast.Call)), None)
    if column is None:
        return True
    nullable = _keyword(column, "nullable")
    is_open = nullable is None or not (isinstance(nullable, ast.Constant) and nullable.value is False)
    return not is_open and _keyword(column, "server_default") is None


def _changes(call: ast.Call) -> bool:
    nullable = _keyword(call, "nullable")
    is_closed = isinstance(nullable, ast.Constant) and nullable.value is False
    return is_closed or any(_keyword(call, name) is not None for name in ("new_column_name", "type_"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
