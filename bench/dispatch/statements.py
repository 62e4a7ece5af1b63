"""One answer's whole life as the database saw it, and the same statements again by `pgbench`.

The server's own log of one answer on a quiet service becomes a script: ids of people, seats and offers are computed
from the number of the answer, ids of new rows are taken from what the database gives back, moments are moved along.
"""

import asyncio
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg

from app.core.postgres_programs import find_binaries
from app.core.sealing import lookup
from app.core.settings import get_settings
from bench.dispatch.phones import number_of
from bench.dispatch.town import Phones

if TYPE_CHECKING:
    from bench.dispatch.answers import Run

BASES = {"expert": 10, "contact": 20, "position": 50, "offer": 60, "timer": 70}
"""Hundreds of millions at which a table's ids begin, so many for each person (asked.sql)."""
TEAMS = {"request": 30, "deployment": 40}
"""The same, so many for six people."""
NEW = {"inbound_messages": 110, "events": 120, "messages": 130, "procrastinate_jobs": 140, "assignments": 150}
LINE = re.compile(r"^(\d+)\|[^|]*\|(LOG|DETAIL):  (.*)$")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?\+00(?::00)?")
QUIET_S = 2.5
ENDS = ("COMMIT", "ROLLBACK")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with what it was given."""

    sql: str
    given: tuple[str | None, ...]

    @property
    def is_about(self) -> str:
        """Its first words, for tables."""
        known = re.search(r"(?:FROM|INTO|UPDATE|update)\s+(?:procrastinate_fetch_job|\w+)", self.sql)
        verb = self.sql.split(maxsplit=1)[0].lower()
        if "procrastinate_" in self.sql and verb == "select":
            found = re.search(r"procrastinate_(\w+?)_v\d\(", self.sql)
            return f"jobs: {found[1] if found else ''}"
        if verb in ("select", "insert", "update") and known:
            lock = " for update" if "FOR UPDATE" in self.sql else ""
            return f"{verb} {known[0].split()[-1]}{lock}"
        return " ".join(self.sql.split()[:2]).lower()


@dataclass(frozen=True, slots=True)
class Script:
    """An answer's life."""

    life: tuple[tuple[Statement, ...], ...]
    text: str

    @property
    def count(self) -> int:
        """Statements, those that open and close transactions included."""
        return sum(len(each) for each in self.life)

    @property
    def transactions(self) -> int:
        """Transactions."""
        return len(self.life)

    def table(self) -> list[tuple[str, int]]:
        """Kinds of statements and how many of each, most first."""
        return Counter(one.is_about for each in self.life for one in each).most_common()

    def pgbench(self, run: "Run", database: str, clients: int) -> float:
        """Answers a second when `pgbench` does nothing but these statements; every seat must be filled then."""
        path = run.folder / "answer.sql"
        path.write_text(self.text)
        each = run.people // clients
        address = run.server.url(database).replace("+psycopg", "", 1)
        with psycopg.connect(address) as connection:  # a job belongs to a worker that is known
            connection.execute(
                "insert into procrastinate_workers (id) overriding system value values (1), (2), (3), (4)"
            )
        command = [
            str(find_binaries().folder / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-t",
            str(each), "-D", "i=0", "-D", f"each={each}", "--max-tries=5", "-f", str(path), address,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        with psycopg.connect(address) as connection:
            row = connection.execute("select count(*) from assignments").fetchone()
        if rate is None or row is None or row[0] != each * clients:
            raise RuntimeError(f"pgbench seated {row} of {each * clients}: {done.stdout[-800:]} {done.stderr[-1500:]}")
        return float(rate[1])


def learn(run: "Run", running: Callable[[Path, int], AbstractContextManager[list[int]]]) -> Script:
    """Have one answer go its way on a quiet service, and write down what the database was asked."""
    run.use("learn", "asked")
    with running(run.folder, run.web):
        asyncio.run(run.warm())
        for person in range(run.people - 3, run.people // 2, -6):
            time.sleep(QUIET_S)
            news, seen = _watched(run, person)
            life = _of_answer(seen, person, news)
            if life:
                return Script(life, _Writer(person, news).script(life))
    raise RuntimeError("a periodic job ran beside every answer")


def _watched(run: "Run", person: int) -> tuple[dict[str, int], list[tuple[Statement, ...]]]:
    """The last ids before an answer, and everything the database was asked until it was quiet again."""
    log = run.server.data_dir / "server.log"
    with run.admin() as admin, psycopg.connect(get_settings().libpq_url, autocommit=True) as inside:
        _logging(admin, "all", "%p|%v|")
        time.sleep(0.5)
        news = {table: _last(inside, table) for table in NEW}
        start = log.stat().st_size
        asyncio.run(_one(person))
        time.sleep(QUIET_S / 2)
        _logging(admin, "none", "%m [%p] ")
    with log.open() as file:
        file.seek(start)
        return news, _transactions(file.read())


async def _one(person: int) -> None:
    phones = Phones(f"one{person}")
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        await phones.text(client, f"+1202{5000000 + person}", "YES 234")


def _logging(admin: psycopg.Connection, what: str, prefix: str) -> None:
    admin.execute(f"alter system set log_statement = '{what}'")
    admin.execute(f"alter system set log_line_prefix = '{prefix}'")
    admin.execute("select pg_reload_conf()")


def _last(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"select last_value, is_called from {table}_id_seq").fetchone()  # noqa: S608 - our tables
    assert row is not None
    return int(row[0]) if row[1] else int(row[0]) - 1


def _transactions(log: str) -> list[tuple[Statement, ...]]:
    """What each connection did, transaction by transaction, in the order of their ends."""
    open_: dict[str, list[Statement]] = {}
    done: list[list[Statement]] = []
    for pid, kind, text in _entries(log):
        mine = open_.setdefault(pid, [])
        if kind == "DETAIL" and mine:
            given = [
                None if value == "NULL" else value[1:-1].replace("''", "'") for _, value in PARAMETER.findall(text)
            ]
            mine[-1] = Statement(mine[-1].sql, tuple(given))
            continue
        sql = re.sub(r"^(?:statement|execute [^:]+): ?", "", text).strip()
        if sql in ("", ";"):
            continue
        if not mine or mine[0].sql != "BEGIN" or mine[-1].sql in ENDS:
            mine = open_[pid] = []
        mine.append(Statement(sql.rstrip(";"), ()))
        # A statement outside of BEGIN and COMMIT is a transaction of its own: the queue's are.
        if sql in ENDS or mine[0].sql != "BEGIN":
            done.append(mine)
    return [tuple(each) for each in done]


def _entries(log: str) -> list[tuple[str, str, str]]:
    entries: list[tuple[str, str, str]] = []
    for line in log.splitlines():
        found = LINE.match(line)
        if found:
            entries.append((found[1], found[2], found[3]))
        elif entries and line.startswith("\t"):
            pid, kind, text = entries[-1]
            entries[-1] = (pid, kind, f"{text}\n{line[1:]}")
    return entries


def _of_answer(
    seen: list[tuple[Statement, ...]], person: int, news: dict[str, int]
) -> tuple[tuple[Statement, ...], ...]:
    """Only what belongs to the answer, and one look for a job for each job that was done.

    Empty when a periodic job ran meanwhile: then nobody can say which job's id is whose.
    """
    if any("defer_periodic" in one.sql for each in seen for one in each):
        return ()
    marks = {str(base * 10_000_000 + person) for base in BASES.values()} | {lookup(number_of(person))}
    marks |= {str(news[table] + 1) for table in ("inbound_messages", "messages")}
    looks = [each for each in seen if any("fetch_job" in one.sql for one in each)]
    deferred = sum("defer_jobs" in one.sql for each in seen for one in each)
    marks |= {str(news["procrastinate_jobs"] + number) for number in range(1, deferred + 1)}
    kept: list[tuple[Statement, ...]] = []
    for each in seen:
        told = " ".join(value for one in each for value in one.given if value)
        if any(mark in told for mark in marks) and each not in looks:
            kept += [looks[0], each] if any("finish_job" in one.sql for one in each) else [each]
    return tuple(kept)


class _Writer:
    """Turns statements with values into a script of `pgbench`."""

    def __init__(self, person: int, news: dict[str, int]) -> None:
        self._next = {table: last + 1 for table, last in news.items()}
        self._known = {str(base * 10_000_000 + person): name for name, base in BASES.items()}
        team = 1 + (person - 1) // 6
        self._known |= {str(base * 10_000_000 + team): name for name, base in TEAMS.items()}
        self._known |= {
            lookup(number_of(person)): "phone",
            f"SMone{person}{1:0{29 - len(str(person))}x}": "sid",
            f"E{person}": "name",
        }
        self._learned = datetime.now(UTC)

    def script(self, life: tuple[tuple[Statement, ...], ...]) -> str:
        """The whole script."""
        lines = [r"\set i :i + 1", r"\set n :client_id * :each + :i", r"\set team 1 + (:n - 1) / 6"]
        lines += [rf"\set {name} {base * 10_000_000} + :n" for name, base in BASES.items()]
        lines += [rf"\set {name} {base * 10_000_000} + :team" for name, base in TEAMS.items()]
        lines += [r"select digest as phone from bench_phones where n = :n \gset"]
        given = {value for each in life for one in each for value in one.given if value}
        self._known |= dict.fromkeys(given & set(re.findall(r"\bSM[0-9a-f]{32}\b", " ".join(given))), "reply")
        for each in life:
            self._learned = self._moment_of(each) or self._learned
            lines += [self._line(one) for one in each]
        return "\n".join(lines) + "\n"

    def _moment_of(self, each: tuple[Statement, ...]) -> datetime | None:
        """When the answer's own text came: every other moment is told relative to it."""
        for one in each:
            if "INSERT INTO inbound_messages" in one.sql and one.given[5]:
                return datetime.fromisoformat(one.given[5])
        return None

    def _line(self, one: Statement) -> str:
        sql = re.sub(r"\$(\d+)", lambda found: self._value(one.given[int(found[1]) - 1]), " ".join(one.sql.split()))
        return sql + self._keeps(one)

    def _keeps(self, one: Statement) -> str:
        """The end of the line: what the database gives back is kept when it is a new row's id."""
        made = re.match(r"INSERT INTO (\w+)", one.sql)
        table = made[1] if made else "procrastinate_jobs" if "defer_jobs" in one.sql else ""
        if table not in self._next:
            return ";"
        name = f"new{len(self._known)}"
        self._known[str(self._next[table])] = f"{name}_id"
        self._next[table] += 1
        return rf" \gset {name}_"

    def _value(self, value: str | None) -> str:
        if value is None:
            return "NULL"
        if MOMENT.fullmatch(value) and " " in value:
            return self._moved(value)
        if value.startswith('["') and (span := MOMENT.findall(value)):
            return f"tstzrange({self._moved(span[0])}, {self._moved(span[1])})"
        return self._pieces(MOMENT.sub("2099-01-01 00:00:00+00", value) if "(default," in value else value)

    def _moved(self, moment: str) -> str:
        away = (datetime.fromisoformat(moment) - self._learned).total_seconds()
        return f"(now() + interval '{away:.3f} s')"

    def _pieces(self, value: str) -> str:
        """A text with the answer's own ids as variables; `pgbench` must see no colon in it."""
        if value in self._known and value.isdigit():
            return f":{self._known[value]}"
        pattern = "|".join(re.escape(known) for known in sorted(self._known, key=len, reverse=True)) + "|:"
        parts, last = [], 0
        for found in re.finditer(pattern, value):
            parts += [_quoted(value[last : found.start()]), self._piece(found[0])]
            last = found.end()
        parts.append(_quoted(value[last:]))
        kept = [part for part in parts if part != "''"] or ["''"]
        return kept[0] if len(kept) == 1 and kept[0].startswith("'") else f"({' || '.join(kept)})"

    def _piece(self, found: str) -> str:
        if found == ":":
            return "chr(58)"
        name = self._known[found]
        special = {
            "reply": "'SMreply' || :n::text",
            "phone": ":phone::text",
            "sid": "'SMbench' || :n::text",
            "name": "'E' || :n::text",
        }
        return special.get(name, f":{name}::text")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
