"""A backup is whole or says that it is not, and is laid out so that PostgreSQL comes back at a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core.postgres import EmbeddedPostgres
from app.restoring import backups
from app.restoring.backups import BackupFailed


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """libpq's address of a small server."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("server"), durable=False) as running:
        running.ensure_database("rrt")
        yield running.url("rrt").replace("+psycopg", "", 1)


@pytest.fixture(scope="module")
def made(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    return backups.take(server, tmp_path_factory.mktemp("backups"))


def test_a_backup_that_was_changed_cut_or_thinned_is_not_whole(made: Path) -> None:
    backups.verify(made)
    version = made / "PG_VERSION"
    said = version.read_bytes()
    for wrong in (said[::-1], said + b"9"):
        version.write_bytes(wrong)
        with pytest.raises(BackupFailed, match="PG_VERSION"):
            backups.verify(made)
    version.unlink()
    with pytest.raises(BackupFailed, match="missing"):
        backups.verify(made)
    version.write_bytes(said)
    backups.verify(made)


def test_the_backup_before_the_moment_is_chosen_and_an_unfinished_one_never(tmp_path: Path) -> None:
    for name in ("20261123T010000Z", "20261124T010000Z", "20261125T010000Z.part"):
        (tmp_path / name).mkdir()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert backups.latest(tmp_path, noon).name == "20261123T010000Z"
    assert backups.latest(tmp_path, None).name == "20261124T010000Z"
    with pytest.raises(BackupFailed, match="no backup"):
        backups.latest(tmp_path, noon - timedelta(days=1))


def test_a_restore_is_laid_out_for_a_moment_and_never_over_something(made: Path, tmp_path: Path) -> None:
    data, archive = tmp_path / "data", tmp_path / "archive"
    archive.mkdir()
    backups.lay_out(made, data, archive, datetime(2026, 11, 23, 18, 4, tzinfo=UTC))
    told = (data / "postgresql.auto.conf").read_text()
    assert "recovery_target_time = '2026-11-23 18:04:00+00:00'" in told
    assert f"restore_command = 'cp {archive}/%f %p'" in told
    assert (data / "recovery.signal").exists()
    with pytest.raises(BackupFailed, match="not empty"):
        backups.lay_out(made, data, archive, None)


def test_old_backups_go_when_some_are_to_be_kept(server: str, tmp_path: Path) -> None:
    (tmp_path / "20200101T000000Z").mkdir()
    (tmp_path / "20200102T000000Z").mkdir()
    newest = backups.take(server, tmp_path, keep=2)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["20200102T000000Z", newest.name]


def test_the_command_says_when_the_log_is_not_archived(server: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["backup", str(tmp_path / "b"), "--address", server])
    assert done.exit_code == 0, done.output
    assert "does not archive its log" in done.output
    assert "is whole" in done.output


def test_a_moment_without_a_zone_is_refused(tmp_path: Path) -> None:
    words = ["restore", str(tmp_path / "d"), "--from", str(tmp_path), "--archive", str(tmp_path)]
    for said in ("2026-11-23T17:04:30", "yesterday"):
        done = CliRunner().invoke(cli, [*words, "--until", said])
        assert done.exit_code == 2
        assert "2026-11-23T17:04:30Z" in done.output


def test_a_server_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(psycopg.OperationalError):
        backups.look("postgresql://postgres@127.0.0.1:1/rrt")
