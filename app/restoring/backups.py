"""Base backups and restores to a point in time, with PostgreSQL's own tools: this only puts their options right.

The log of the database must be archived by the server (`archive_mode`, `archive_command`; docs/operations.md): a base
backup is where a restore begins, the archived log is how far it gets.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from app.core.postgres_programs import NoPostgres, find_binaries

STAMP = "%Y%m%dT%H%M%SZ"
PART = ".part"


class BackupFailed(Exception):  # noqa: N818 - a sentence on the terminal
    """A backup or restore could not be made; the message ends with what PostgreSQL's tool said."""


@dataclass(frozen=True, slots=True)
class Server:
    """What the running server says of itself.

    Args:
        major: version.
        archives: whether its log is archived.
        last_archived: name of the last piece of the log that was.
        failed: how many pieces could not be archived since the server's statistics began.
    """

    major: int
    archives: bool
    last_archived: str | None
    failed: int


def look(address: str) -> Server:
    """Ask the server at `address` (libpq's)."""
    with psycopg.connect(address) as connection:
        row = connection.execute(
            "select current_setting('server_version_num')::int / 10000, current_setting('archive_mode') <> 'off',"
            " last_archived_wal, failed_count from pg_stat_archiver"
        ).fetchone()
    assert row is not None  # noqa: S101 - the view has one row
    return Server(*row)


def take(address: str, folder: Path, *, keep: int = 0) -> Path:
    """Take a base backup into a new folder named by the time, and check it against its own list of files.

    Args:
        address: libpq's, of a role that may replicate.
        folder: where backups are put.
        keep: how many to keep, this one included; 0: all.

    Returns:
        The backup's folder. One that has another name is not whole.

    Raises:
        BackupFailed: with what the tool said.
    """
    made = folder / datetime.now(UTC).strftime(STAMP)
    part = made.with_name(made.name + PART)
    shutil.rmtree(part, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = ["--checkpoint=fast", "--wal-method=stream", "--no-password", "--manifest-checksums=SHA256"]
    _run(look(address).major, "pg_basebackup", "--pgdata", str(part), *options, at=address)
    verify(part)
    part.rename(made)
    for old in _whole(folder)[:-keep] if keep else ():
        shutil.rmtree(old)
    return made


def _whole(folder: Path) -> list[Path]:
    """Backups in a folder, oldest first."""
    return sorted(one for one in folder.iterdir() if one.is_dir() and len(one.name) == 16 and one.name.endswith("Z"))


def latest(folder: Path, until: datetime | None) -> Path:
    """The newest backup from before a moment.

    Raises:
        BackupFailed: there is none.
    """
    fitting = [
        one for one in _whole(folder)
        if until is None or datetime.strptime(one.name, STAMP).replace(tzinfo=UTC) <= until
    ]  # fmt: skip
    if not fitting:
        raise BackupFailed(f"There is no backup in {folder} from before {until or 'now'}.")
    return fitting[-1]


def lay_out(backup: Path, data: Path, archive: Path, until: datetime | None) -> None:
    """Lay a backup out as the data folder of a server that is not started yet.

    Started, it plays the archived log until the moment, and then takes connections on a timeline of its own.

    Args:
        backup: a folder of `take`.
        data: empty, or not there.
        archive: where `archive_command` put the log.
        until: with its zone; None: to the end of the log.

    Raises:
        BackupFailed: the data folder holds something.
    """
    if data.exists() and any(data.iterdir()):
        raise BackupFailed(f"{data} is not empty. Move what is left of the lost database away first, and keep it.")
    verify(backup)
    shutil.copytree(backup, data, dirs_exist_ok=True, symlinks=True)
    data.chmod(0o700)
    settings = {"restore_command": f"cp {archive.resolve()}/%f %p", "recovery_target_action": "promote"}
    if until is not None:
        settings["recovery_target_time"] = until.astimezone(UTC).isoformat(sep=" ")
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    (data / "recovery.signal").touch()


def verify(backup: Path) -> None:
    """Compare every file of a backup with the manifest that PostgreSQL made with it.

    By hand: `pg_verifybackup` is not in every package of PostgreSQL's programs, and crashes in one of them.

    Raises:
        BackupFailed: a file is missing, or not what it was.
    """
    for file in json.loads((backup / "backup_manifest").read_text())["Files"]:
        path = backup / (file["Path"] if "Path" in file else os.fsdecode(bytes.fromhex(file["Encoded-Path"])))
        if not path.is_file() or path.stat().st_size != file["Size"]:
            raise BackupFailed(f"{path} is missing, or not as long as it was.")
        with path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != file["Checksum"]:
                raise BackupFailed(f"{path} is not what it was.")


def _run(major: int, program: str, *words: str, at: str | None = None) -> None:
    """Run one of PostgreSQL's tools, of the server's own version where we have it."""
    command, environment = [_found(program, major), *words], dict(os.environ)
    if at is not None:
        environment |= _as_environment(conninfo_to_dict(at))
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise BackupFailed(f"{program} failed: {done.stderr.strip()[-800:]}")


def _as_environment(given: Mapping[str, object]) -> dict[str, str]:
    """An address as the tools' own variables: a password on a command line can be read by everybody on the host."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "sslmode": "PGSSLMODE",
             "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip
    return {names[name]: str(value) for name, value in given.items() if name in names and value is not None}


def _found(program: str, major: int) -> str:
    try:
        beside = find_binaries(major).folder / program
        if beside.exists():
            return str(beside)
    except NoPostgres:
        pass
    on_path = shutil.which(program)
    if on_path is None:
        raise BackupFailed(f"{program} is not here. Install the client programs of PostgreSQL {major}.")
    return on_path
