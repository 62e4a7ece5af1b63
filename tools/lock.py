"""Pins the requirements, and says what that changed.

    python -m tools.lock                      keep every pin that still fits; add and remove what pyproject.toml asks
    python -m tools.lock --upgrade A B        the newest allowed versions of these, and of nothing else
    python -m tools.lock --upgrade all        the newest allowed versions of everything
    python -m tools.lock --outdated           what the last would change; writes nothing
    python -m tools.lock --since origin/main  what differs from that commit

A package of `assets/package.json` is upgraded by its own client, npm. Nothing names where it was downloaded from.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "assets"
FILES = {
    "requirements.txt": ("pyproject.toml", "--extra", "embedded", "--extra", "build"),
    "requirements-dev.txt": (
        "pyproject.toml", "--extra", "embedded", "--extra", "build", "--extra", "dev", "-c", "requirements.txt"
    ),
    "requirements-node.txt": ("--group", "node"),
    "requirements-docs.txt": ("--group", "docs", "-c", "requirements-dev.txt"),
    "requirements-supply.txt": ("--group", "supply", "-c", "requirements-dev.txt"),
}  # fmt: skip
"""Each file and what goes into it, in this order: the later ones follow the versions of the earlier."""
HOW = (
    "pip", "compile", "--quiet", "--system-certs", "--universal", "--generate-hashes", "--no-emit-index-url",
    "--python-version", "3.11", "--custom-compile-command", "make lock",
)  # fmt: skip
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
Pins = dict[str, str]


def pins(text: str) -> Pins:
    """Name to version of a requirements file; several, for several Pythons, with a bar between."""
    found: Pins = {}
    for name, version in PIN.findall(text):
        found[name] = f"{found[name]} | {version}" if name in found else version
    return found


def packages(text: str) -> Pins:
    """The same of npm's lock file."""
    locked = json.loads(text or "{}").get("packages", {})
    return {path.removeprefix("node_modules/"): one["version"] for path, one in locked.items() if path}


def changes(before: Pins, after: Pins) -> list[str]:
    """A line for each package that is new, gone or another version."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [f"  {name}: {before.get(name, 'new')} -> {after.get(name, 'gone')}" for name in names]


def report(before: dict[str, Pins], after: dict[str, Pins]) -> str:
    """What differs, file by file."""
    lines = []
    for name, now in after.items():
        changed = changes(before.get(name, {}), now)
        lines += [f"{name}: {len(changed)} of {len(now)} changed" if changed else f"{name}: nothing changed", *changed]
    return "\n".join(lines)


def state(commit: str = "") -> dict[str, Pins]:
    """Every file's pins, now or at a commit."""
    read = {name: pins(_text(name, commit)) for name in FILES}
    return read | {"assets/package-lock.json": packages(_text("assets/package-lock.json", commit))}


def _text(name: str, commit: str) -> str:
    if not commit:
        path = ROOT / name
        return path.read_text() if path.exists() else ""
    shown = subprocess.run(["git", "show", f"{commit}:{name}"], cwd=ROOT, capture_output=True, text=True, check=False)
    return shown.stdout


def compile_all(how: list[str], folder: Path = ROOT) -> None:
    """Pin every file anew in `folder`; what is pinned there is kept, but for what `how` upgrades."""
    uv = Path(sys.executable).with_name("uv")
    for name, what in FILES.items():
        constrained = [str(folder / word) if word in FILES else word for word in what]
        path = folder / name
        before = (path.read_bytes(), path.stat()) if path.exists() else None
        subprocess.run([str(uv), *HOW, *how, *constrained, "-o", str(path)], cwd=ROOT, check=True)
        if before and path.read_bytes() == before[0]:  # make installs anew what is newer than its stamp
            os.utime(path, ns=(before[1].st_atime_ns, before[1].st_mtime_ns))


def outdated() -> dict[str, Pins]:
    """The pins as a full upgrade would make them."""
    with tempfile.TemporaryDirectory() as folder:
        compile_all(["--upgrade"], Path(folder))
        return {name: pins((Path(folder) / name).read_text()) for name in FILES}


def upgrade(names: list[str]) -> None:
    """The newest allowed versions of these packages; "all": of everything in Python."""
    direct = json.loads((ASSETS / "package.json").read_text())
    ours = {name: kind for kind in ("dependencies", "devDependencies") for name in direct[kind]}
    for name in names:
        if name in ours:
            saved = "--save-dev" if ours[name] == "devDependencies" else "--save-prod"
            subprocess.run(
                ["npm", "install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved",
                 "--no-audit", "--no-fund", "--save-exact", saved, f"{name}@latest"], cwd=ASSETS, check=True,
            )  # fmt: skip
    wanted = [name for name in names if name not in ours]
    if "all" in wanted:
        compile_all(["--upgrade"])
    elif wanted:
        compile_all([word for name in wanted for word in ("--upgrade-package", name)])


def main(arguments: list[str]) -> int:
    """Do one of it, and print what changed."""
    parser = argparse.ArgumentParser(prog="tools.lock", description="Pin the requirements")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--upgrade", nargs="+", metavar="PACKAGE", help="only these; all: everything")
    one.add_argument("--outdated", action="store_true", help="what an upgrade of everything would change")
    one.add_argument("--since", metavar="COMMIT", help="what differs from a commit")
    chosen = parser.parse_args(arguments)
    before = state(chosen.since or "")
    unknown = [
        name for name in chosen.upgrade or () if name != "all" and not any(name in one for one in before.values())
    ]
    if unknown:
        sys.stderr.write(f"Not pinned, so there is nothing to upgrade: {', '.join(unknown)}\n")
        return 2
    if chosen.outdated:
        print(report(before, outdated()))
        return 0
    if chosen.upgrade:
        upgrade(chosen.upgrade)
    elif not chosen.since:
        compile_all([])
    print(report(before, state()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
