"""The longest functions and files, and how the rest is spread: where to look for a second subject."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("app", "solver", "migrations", "tests", "bench", "tools")
SHOWN = 12


def python_files() -> list[Path]:
    """Our own Python files, migrations' frozen revisions left out."""
    return [
        path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if "versions" not in path.parts
    ]


def functions(path: Path) -> list[tuple[int, str]]:
    """Each function of a file with its length in lines, its docstring not counted."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
            found.append((lines, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return found


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines of a function are its docstring."""
    first = node.body[0]
    has_one = ast.get_docstring(node, clean=False) is not None
    return (first.end_lineno or first.lineno) - first.lineno + 1 if has_one else 0


def show(title: str, sizes: list[tuple[int, str]]) -> None:
    """Print median, 95th percentile and the longest."""
    sizes.sort(reverse=True)
    lines = [size for size, _ in sizes]
    print(f"{title}: {len(lines)}, median {lines[len(lines) // 2]}, p95 {lines[len(lines) // 20]}, longest {lines[0]}")
    for size, name in sizes[:SHOWN]:
        print(f"  {size:5} {name}")


def main() -> None:
    """Print both tails."""
    files = python_files()
    show("functions (lines)", [function for path in files for function in functions(path)])
    show("files (lines)", [(len(path.read_text().splitlines()), str(path.relative_to(ROOT))) for path in files])


if __name__ == "__main__":
    main()
