"""Whether the database's schema is older than this code: read from the migrations' own files, without Alembic."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "migrations" / "versions"
NAMED = re.compile(r'^(revision|down_revision) = "([^"]+)"', re.MULTILINE)


@cache
def revisions() -> tuple[frozenset[str], str]:
    """All revisions that this code knows, and the newest of them."""
    own: set[str] = set()
    before: set[str] = set()
    for file in FOLDER.glob("*.py"):
        for kind, name in NAMED.findall(file.read_text()):
            (own if kind == "revision" else before).add(name)
    (newest,) = own - before or {""}
    return frozenset(own), newest


def is_behind(present: str) -> bool:
    """Whether a schema lacks a migration of this code. One that we do not know is newer: its code runs elsewhere."""
    known, newest = revisions()
    return present in known and present != newest
