"""`rrt years`: many simulated years, the same whatever the processes, every figure with its interval."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.foresight import demand
from app.trials.measures import MEASURES
from tests.foresight.test_demand import a_year


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Six incidents of a year."""
    path = tmp_path / "few.csv"
    path.write_text(demand.as_csv(a_year(count=6)).replace(demand.SYNTHETIC, ""), encoding="utf-8")
    return path


def told(path: Path, *options: str) -> dict[str, Any]:
    """What the command says for machines."""
    run = CliRunner().invoke(cli, ["years", str(path), "--experts", "60", "--seed", "3", "--json", *options])
    assert run.exit_code == 0, run.output
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_years_are_told_with_progress_and_an_interval_for_every_figure(few: Path) -> None:
    wide = CliRunner(env={"COLUMNS": "160"})
    run = wide.invoke(cli, ["years", str(few), "--experts", "60", "--years", "3", "--processes", "1"])
    assert run.exit_code == 0
    assert "2 of 3 years are played" in run.stderr
    assert "Synthetic: incidents and answers are simulated." in run.stdout
    assert all(one.title in run.stdout for one in MEASURES)
    assert "%" in run.stdout.split("Seats filled")[1].splitlines()[0]


def test_of_one_year_alone_there_is_no_interval(few: Path) -> None:
    found = told(few, "--years", "1", "--processes", "1", "--recorded")
    assert found["is_synthetic"]
    assert found["figures"]["fill_rate"] == {
        "mean": found["years"][0]["fill_rate"], "low": None, "high": None, "runs": 1,
    }  # fmt: skip


@pytest.mark.slow
def test_years_are_the_same_by_their_seed_whatever_the_processes(few: Path) -> None:
    alone = told(few, "--years", "9", "--processes", "1")
    assert told(few, "--years", "9", "--processes", "2") == alone
    assert len({json.dumps(year) for year in alone["years"]}) > 5
    assert told(few, "--years", "3", "--processes", "1")["years"] == alone["years"][:3]


def test_a_file_that_cannot_be_used_is_said_line_by_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("date,kind,agency,city,state,latitude,longitude,killed,injured\n2015-01-40,x,y,z,QQ,1,2,0,0\n")
    run = CliRunner().invoke(cli, ["years", str(bad)])
    assert run.exit_code == 2
    assert "line 2" in run.stderr
