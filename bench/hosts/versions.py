"""The code of another commit, beside ours: what an installation runs while it is being upgraded."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BUILT = Path("app/web/static/vendor")
"""What is built and not in git; pages differ in nothing that is judged here."""


def checked_out(revision: str, folder: Path) -> Path:
    """The files of a commit.

    Args:
        revision: what git calls it.
        folder: where to put them.
    """
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    (folder / BUILT).symlink_to(ROOT / BUILT)
    return folder


def migrated(root: Path, password: str, environment: Mapping[str, str] | None = None) -> None:
    """Bring the database to the schema of the code in `root`, and its roles."""
    given = dict(environment or os.environ) | {"RRT_APP_PASSWORD": password}
    for words in (["migrate"], ["roles"]):
        subprocess.run([sys.executable, "-m", "app.cli", *words], cwd=root, env=given, check=True, capture_output=True)
