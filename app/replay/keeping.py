"""What a replay keeps on its way, so that one that was killed goes on: a copy of its database, and its progress.

A copy is complete before the pointer to it is put in place, so whatever is killed when, there is always one to go on
from. Both a run that goes on and one that was never stopped come the same way: each segment begins from what was kept.
"""

import os
import pickle  # nosec B403 - of our own making, in a folder of our own
from pathlib import Path

import psycopg
from psycopg import sql

from app.core.postgres import EmbeddedPostgres
from app.replay.driver import Progress

NAME = "rrt"
COPIES = ("kept_a", "kept_b")


class Kept:
    """The folder and the database of one replay.

    Args:
        folder: its own.
        server: the embedded PostgreSQL of the folder.
    """

    def __init__(self, folder: Path, server: EmbeddedPostgres) -> None:
        self._pointer, self._server = folder / "progress.pickle", server

    def keep(self, progress: Progress) -> None:
        """Keep where the replay stands. Nobody may be connected to its database."""
        _, before = self._read() or (None, COPIES[1])
        copy = COPIES[0] if before == COPIES[1] else COPIES[1]
        self._copy(NAME, copy)
        new = self._pointer.with_suffix(".new")
        with new.open("wb") as file:
            pickle.dump((progress, copy), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._pointer)

    def go_on(self) -> Progress | None:
        """Put the database back to where the replay was kept last; None when it never was."""
        found = self._read()
        if found is None:
            return None
        progress, copy = found
        self._copy(copy, NAME)
        return progress

    def begin(self) -> None:
        """A new and empty database, whatever an earlier run has left."""
        self._run(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(NAME)))
        self._server.ensure_database(NAME)

    def _read(self) -> tuple[Progress, str] | None:
        if not self._pointer.exists():
            return None
        with self._pointer.open("rb") as file:
            found: tuple[Progress, str] = pickle.load(file)  # noqa: S301  # nosec B301 - as above
        return found

    def _copy(self, source: str, target: str) -> None:
        names = {"source": sql.Identifier(source), "target": sql.Identifier(target)}
        self._run(sql.SQL("drop database if exists {target} with (force)").format(**names))
        self._run(sql.SQL("create database {target} template {source} strategy file_copy").format(**names))

    def _run(self, statement: sql.Composed) -> None:
        address = self._server.url("postgres").replace("+psycopg", "", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)
