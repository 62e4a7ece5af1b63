"""The embedded PostgreSQL starts, keeps its data, and comes back whatever was killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.core.postgres import DataFolderBusy, EmbeddedPostgres, Isolation, NoPostgres
from app.core.postgres_programs import choose_isolation, copy_for_others, find_binaries

PARENT = """
import sys, time
from pathlib import Path
from app.core.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


@contextmanager
def query(server: EmbeddedPostgres, database: str = "rrt") -> Iterator[psycopg.Connection]:
    address = server.ensure_database(database).replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection, question: str) -> object:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one row in it."""
    folder = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(folder) as server, query(server) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('there')")
    return folder


def test_a_second_start_is_quick_and_finds_the_data(data: Path) -> None:
    before = time.monotonic()
    with EmbeddedPostgres(data) as server:
        took = time.monotonic() - before
        with query(server) as connection:
            assert one(connection, "select word from kept") == "there"
    assert took < 3


def test_it_speaks_utf8_and_utc_and_listens_on_this_machine_only(data: Path) -> None:
    with EmbeddedPostgres(data) as server, query(server) as connection:
        assert one(connection, "show server_encoding") == "UTF8"
        assert one(connection, "show timezone") == "UTC"
        assert one(connection, "show listen_addresses") == "127.0.0.1"
        assert one(connection, "select lower('ÅNGSTRÖM')") == "ångström"
        assert one(connection, "show fsync") == "on"


def test_it_asks_for_the_password_that_only_its_owner_can_read(data: Path) -> None:
    assert (data / "password").stat().st_mode & 0o777 == 0o600
    with EmbeddedPostgres(data) as server:
        address = f"postgresql://postgres:wrong@127.0.0.1:{server.port}/postgres"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(address)


def test_it_starts_again_after_kill_9_of_the_server(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        os.kill(server.pid, signal.SIGKILL)
        assert server.exited.wait(5)
    with EmbeddedPostgres(data) as server, query(server) as connection:
        assert one(connection, "select word from kept") == "there"


def test_by_its_socket_it_is_asked_past_the_network_also_after_kill_9(data: Path) -> None:
    for _ in range(2):
        with EmbeddedPostgres(data, by_socket=True) as server:
            with query(server) as connection:
                assert one(connection, "select inet_server_addr()") is None
                assert one(connection, "select word from kept") == "there"
            os.kill(server.pid, signal.SIGKILL)
            assert server.exited.wait(5)


def test_a_folder_whose_name_is_too_long_for_a_socket_is_asked_over_the_network(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20)
    with EmbeddedPostgres(folder, durable=False, by_socket=True) as server, query(server) as connection:
        assert str(one(connection, "select inet_server_addr()")) == "127.0.0.1"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_kill_9_of_the_parent_takes_the_server_along(data: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server_pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    with EmbeddedPostgres(data) as server, query(server) as connection:
        assert one(connection, "select word from kept") == "there"
        assert gone_within(server_pid, 5)


def test_a_server_that_outlived_its_parent_is_stopped_first(data: Path) -> None:
    first = EmbeddedPostgres(data)
    first.start()
    assert first._lock is not None
    first._lock.close()  # as if its parent had died and nobody had told it
    with EmbeddedPostgres(data) as server, query(server) as connection:
        assert first.exited.wait(5)
        assert one(connection, "select word from kept") == "there"


def test_a_left_pid_file_with_another_programs_pid_is_no_obstacle(data: Path) -> None:
    (data / "cluster" / "postmaster.pid").write_text(f"{os.getppid()}\n{data / 'cluster'}\n1\n1\n\n\n\n\n")
    with EmbeddedPostgres(data) as server, query(server) as connection:
        assert one(connection, "select word from kept") == "there"


def test_a_half_made_folder_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new" / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(tmp_path, durable=False) as server, query(server) as connection:
        assert one(connection, "show fsync") == "off"


def test_a_second_process_on_the_same_folder_is_told_who_has_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.postgres.LOCK_S", 0.2)
    with EmbeddedPostgres(data), pytest.raises(DataFolderBusy, match=f"Process {os.getpid()}"):
        EmbeddedPostgres(data).start()


def test_data_of_a_version_that_is_not_here_is_left_alone() -> None:
    with pytest.raises(NoPostgres, match="written by PostgreSQL 99"):
        find_binaries(99)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user to run PostgreSQL")
@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_root_without_user_namespaces_runs_it_as_nobody_even_in_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folder = closed / "postgres"
    isolations: list[Isolation] = ["uid", choose_isolation(), "uid"]
    for isolation in isolations:  # and back again: the files change hands
        with EmbeddedPostgres(folder, isolation=isolation) as server, query(server) as connection:
            connection.execute("create table if not exists kept (word text)")
            connection.execute("insert into kept values (current_user)")
            owner = Path(f"/proc/{server.pid}").stat().st_uid
            assert (owner == 0) == (isolation != "uid")
    assert (folder / "password").stat().st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user to run PostgreSQL")
def test_programs_in_a_closed_folder_are_copied_once_to_where_others_may_enter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(prefix="rrt-test-") as open_folder:
        Path(open_folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", open_folder)
        copied = copy_for_others(find_binaries())
        assert copied == copy_for_others(find_binaries())
        said = subprocess.run(
            [copied / "postgres", "--version"], user=65534, capture_output=True, text=True, check=True
        )
    assert said.stdout.startswith("postgres (PostgreSQL)")
