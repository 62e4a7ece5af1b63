"""`rrt` as somebody types it."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.postgres import as_role, libpq

GOOD = "Ada Moss,ada@x.example,MH,child_trauma=3,en=5;es=4,Denver,CO,39.7,-105,303-555-0123,background_check=2028-01-01"
BAD = "Bad Row,,XX,,,Nowhere,ZZ,99,1,12,"
HEAD = "name,email,disciplines,expertise,languages,city,state,latitude,longitude,mobile,credentials"


def rrt(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command with these settings only."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())} | settings
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd="/", timeout=60)


@pytest.fixture
def settings(database_url: str) -> dict[str, str]:
    """Everything that must be set."""
    return {
        "RRT_DATABASE_URL": database_url, "RRT_SECRET_KEY": "k" * 40, "RRT_ENVIRONMENT": "test",
        "RRT_TWILIO_ACCOUNT_SID": "AC1", "RRT_TWILIO_AUTH_TOKEN": "very-secret-token",
        "RRT_TWILIO_FROM": "+12025550100",
    }  # fmt: skip


def test_a_missing_setting_is_a_sentence_and_no_traceback() -> None:
    done = rrt("serve")
    assert done.returncode == 2
    assert "RRT_TWILIO_AUTH_TOKEN is missing." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(settings: dict[str, str]) -> None:
    done = rrt("settings", **settings | {"RRT_DATABASE_URL": "mysql://x"})
    assert "must start with postgresql://" in done.stderr


def test_a_sample_key_is_refused_in_production(settings: dict[str, str]) -> None:
    done = rrt("serve", **settings | {"RRT_ENVIRONMENT": "production", "RRT_SECRET_KEY": "demo" * 10})
    assert "not a sample" in done.stderr


def test_settings_are_printed_with_their_meaning_and_secrets_masked(settings: dict[str, str]) -> None:
    done = rrt("settings", **settings | {"COLUMNS": "200"})
    assert "Settings" in done.stdout or "Setting" in done.stdout
    assert "very-secret-token" not in done.stdout
    assert "Twilio account" in done.stdout


HEAVY = {"alembic", "fastapi", "numpy", "ortools", "pandas", "psycopg", "requests", "sqlalchemy", "twilio", "typst"}
LOADED_BY = """
import sys
{code}
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def _loaded_by(code: str, **settings: str) -> set[str]:
    """What Python has imported after `code`."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())} | settings
    command = [sys.executable, "-c", LOADED_BY.format(code=code)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd="/", timeout=60)
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavy() -> None:
    loaded = _loaded_by("from app.cli import cli\ncli(['--help'], standalone_mode=False)")
    assert "typer" in loaded
    assert not loaded & HEAVY


def test_the_web_loads_neither_the_solver_nor_what_sends_texts(settings: dict[str, str]) -> None:
    loaded = _loaded_by("from app.main import create_app\ncreate_app()", **settings)
    assert "fastapi" in loaded
    assert not loaded & {"icalendar", "numpy", "ortools", "pandas", "requests", "typst", "webauthn", "xlsxwriter"}


def _count(database_url: str) -> int:
    with psycopg.connect(libpq(database_url)) as connection:
        row = connection.execute("select count(*) from experts").fetchone()
    return int(row[0]) if row else -1


def test_one_bad_row_means_nobody_is_entered_unless_it_is_skipped(
    settings: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "experts.csv"
    file.write_text("\n".join((HEAD, GOOD, BAD, "")))
    refused = rrt("expert", "import", str(file), **settings)
    assert refused.returncode == 1
    assert "line 3" in refused.stderr
    assert _count(database_url) == 0
    skipped = rrt("expert", "import", str(file), "--skip-bad", **settings)
    assert skipped.returncode == 0
    assert _count(database_url) == 1


def test_the_first_administrator_is_made_by_command(settings: dict[str, str]) -> None:
    words = ("user", "add", "a@b.example", "--name", "A", "--role", "admin", "--password")
    assert "Use at least 12 characters" in rrt(*words, "short", **settings).stderr
    assert "on the lists that are tried first" in rrt(*words, "qwerty123456", **settings).stderr
    assert "can sign in" in rrt(*words, "long-enough-for-this", **settings).stdout
    assert "has an account already" in rrt(*words, "long-enough-for-this", **settings).stderr


def test_a_file_without_its_columns_is_refused_by_replay(tmp_path: Path) -> None:
    file = tmp_path / "incidents.csv"
    file.write_text("date,kind\n2015-01-01,mass_violence\n")
    done = rrt("replay", str(file), "--data", str(tmp_path))
    assert done.returncode == 2
    assert "lacks the columns" in done.stdout


def test_the_log_is_verified_and_written_down_by_command(
    settings: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    words = ("user", "add", "a@b.example", "--name", "A", "--role", "admin", "--password", "long-enough-for-this")
    rrt(*words, **settings)
    anchors = tmp_path / "anchors"
    assert "1 chains" in rrt("audit", "anchor", "--file", str(anchors), **settings).stdout
    whole = rrt("audit", "verify", "--anchors", str(anchors), **settings)
    assert (whole.returncode, whole.stdout) == (0, "1 events in 1 chains, 0 findings.\n")
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update events set actor_name = 'Eve'")
    broken = rrt("audit", "verify", **settings)
    assert broken.returncode == 1
    assert "user: number 1: event" in broken.stderr


def test_the_doctor_names_what_is_wrong_and_what_to_do(settings: dict[str, str], tmp_path: Path) -> None:
    sick = rrt("doctor", **settings | {"RRT_LOG_LEVEL": "DEBUG", "RRT_SECURE_COOKIES": "false"})
    assert sick.returncode == 1
    for finding in (
        "RRT_ENVIRONMENT is test", "RRT_SECRET_KEY can be guessed", "not https", "RRT_SECURE_COOKIES is off", "DEBUG",
        "no token of Twilio's", "may change the log", "where the backups are", "second factor", "kept nowhere else",
        "looks for viruses",
    ):  # fmt: skip
        assert finding in sick.stderr, finding
    assert "The schema is" not in sick.stderr
    assert "clocks differ" not in sick.stderr
    (tmp_path / "dump").write_text("a backup")
    better = settings | {"RRT_SECRET_KEY": "0Qw9+hGk2LmZ7VbT5yXc8NrJ4sDf6PaE1uIo3AeB", "RRT_BACKUPS": str(tmp_path)}
    well = rrt("doctor", **better | {"RRT_PUBLIC_URL": "https://rrt.example.org"})
    assert "guessed" not in well.stderr
    assert "scanner does not answer" in rrt("doctor", **better | {"RRT_CLAMD": "127.0.0.1:9"}).stderr
    assert "RRT_CLAMD: String should match" in rrt("doctor", **better | {"RRT_CLAMD": "http://scanner"}).stderr
    assert "backup" not in well.stderr
    assert "not https" not in well.stderr
    old = (tmp_path / "dump").stat().st_mtime - 27 * 3600
    os.utime(tmp_path / "dump", (old, old))
    assert "no backup of the last 26 hours" in rrt("doctor", **better).stderr


def test_the_doctor_sees_a_schema_that_is_behind(settings: dict[str, str], database_url: str) -> None:
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        row = connection.execute("select version_num from alembic_version").fetchone()
        connection.execute("update alembic_version set version_num = '20261123_first'")
        try:
            assert "The schema is 20261123_first, not" in rrt("doctor", **settings).stderr
        finally:
            connection.execute("update alembic_version set version_num = %s", row)


def test_the_roles_of_the_database_are_made_by_command(settings: dict[str, str], database_url: str) -> None:
    assert "set up" in rrt("roles", "--app-password", "of-the-tests", **settings).stdout
    with psycopg.connect(libpq(as_role(database_url, "rrt_app"))) as connection:
        assert connection.execute("select count(*) from events").fetchone() == (0,)


def test_purge_says_what_would_go_and_changes_nothing_until_it_is_meant(
    settings: dict[str, str], database_url: str
) -> None:
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        connection.execute(
            "insert into sign_in_tries (email, address, at) values ('a@x', '::1', now() - interval '40 days'),"
            " ('a@x', '::1', now() - interval '20 days')"
        )
        counted = "select count(*) from sign_in_tries"
        told = rrt("purge", "--dry-run", **settings)
        assert "sign_in_tries: 1 due, 0 held" in told.stdout, told.stderr
        assert told.stdout.endswith("1 rows would go. Nothing was changed.\n")
        assert connection.execute(counted).fetchone() == (2,)
        done = rrt("purge", **settings | {"RRT_RETENTION": "sign_in_tries=15"})
        assert done.stdout == "sign_in_tries: 2\n2 rows went.\n", done.stderr
        assert connection.execute(counted).fetchone() == (0,)
    assert "is not a name with days" in rrt("purge", **settings | {"RRT_RETENTION": "texts_in"}).stderr
