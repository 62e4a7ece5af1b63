"""`rrt replay`, typed as somebody types it: bad files, the same again, a kill on the way, and fast mode beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.replay import report
from app.replay.showing import Shown
from app.replay.stretch import STARTS_BEFORE, Script, Way
from app.replay.year import beside, parted
from app.seed.people import people
from app.simulator.people import Mix
from app.trials import fast, measures
from app.trials.incidents import read
from app.trials.members import invented
from app.trials.world import Terms

HEAD = "date,kind,agency,city,state,latitude,longitude,killed,injured\n"
ROWS = (
    "2015-01-01,officer_involved_shooting,Denver Police,Denver,CO,39.74,-104.99,1,0\n",
    "2015-01-01,mass_violence,Houston Police,Houston,TX,29.76,-95.37,0,5\n",
    "2015-01-02,officer_involved_shooting,Boston Police,Boston,MA,42.36,-71.06,0,1\n",
    "2015-01-06,mass_violence,Houston Police,Houston,TX,29.76,-95.37,1,5\n",
)
POOL = ("--experts", "120", "--seed", "3")


def _file(folder: Path, rows: tuple[str, ...] = ROWS) -> Path:
    file = folder / "incidents.csv"
    file.write_text(HEAD + "".join(rows))
    return file


def _command(file: Path, data: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", "replay", str(file), *POOL, "--data", str(data), *more]


def _replay(file: Path, data: Path, *more: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(file, data, *more), env=os.environ | settings, capture_output=True, text=True, timeout=1200,
        check=False,
    )  # fmt: skip


def _report(data: Path) -> str:
    (found,) = data.glob("replay-*/report.json")
    return found.read_text()


def test_every_bad_row_is_named_and_nothing_is_loaded(tmp_path: Path) -> None:
    bad = (
        "2015-13-01,officer_involved_shooting,Denver Police,Denver,CO,39.74,-104.99,1,0\n",
        ROWS[0],
        "2015-01-02,earthquake,Denver Police,Denver,CO,39.74,-104.99,1,0\n",
        "2015-01-02,mass_violence,Denver Police,Denver,CO,39.74,-104.99,-1,0\n",
        "9999-12-31,mass_violence,Denver Police,Denver,CO,39.74,-104.99,0,1\n",
        "2015-01-02,mass_violence,Denver Police,Denver,CO,39.74\n",
        "2015-01-02,mass_violence,Denver Police,Denver,CO,39.74,west,0,1\n",
        "2015-01-02,mass_violence,Denver Police,Denver,CO,39.74,-104.99,99999999999999,0\n",
        f"2015-01-02,mass_violence,{201 * 'D'},Denver,CO,39.74,-104.99,0,1\n",
    )
    done = _replay(_file(tmp_path, bad), tmp_path / "data")
    assert done.returncode == 2
    assert [line for line in range(2, 11) if f"line {line}:" in done.stdout] == [2, 4, 5, 6, 7, 8, 9, 10]
    assert not (tmp_path / "data").exists()


def test_unknown_places_are_listed_and_left_out_only_on_demand(tmp_path: Path) -> None:
    nowhere = "2015-01-02,mass_violence,Police,Atlantis,XX,1,1,0,0\n"
    file = _file(tmp_path, (nowhere, "2015-01-02,mass_violence,Police,Lost Springs,WY,,,0,0\n"))
    done = _replay(file, tmp_path / "data")
    assert done.returncode == 2
    assert "line 2" in done.stdout
    assert "line 3" in done.stdout
    assert "--skip-unknown-places" in done.stdout
    kept = read(_file(tmp_path, (nowhere, ROWS[0])), seed=1, skip_unknown_places=True)
    assert [one.city for one in kept] == ["Denver"]


def test_every_bad_row_of_a_pool_is_named(tmp_path: Path) -> None:
    pool = tmp_path / "pool.csv"
    pool.write_text("name,disciplines,city,state,latitude,longitude,mobile\nA,LE,Denver,CO,39,-104,\nB,ZZ,X,QQ,1,1,1\n")
    done = _replay(_file(tmp_path), tmp_path / "data", "--pool", str(pool))
    assert done.returncode == 2
    assert "line 2" in done.stdout
    assert "line 3" in done.stdout
    assert not (tmp_path / "data").exists()


def _script(file: Path) -> Script:
    incidents = read(file, seed=3)
    return Script(incidents, invented(people(120, 4, incidents[0].filed_at - STARTS_BEFORE)), Way(3))


def _fast(file: Path, terms: Terms | None = None) -> Any:
    script = _script(file)
    return fast.simulate(script.members, script.incidents, terms, seed=3).as_json()


def test_a_report_says_what_is_invented_and_that_one_run_has_no_interval(tmp_path: Path) -> None:
    script = _script(_file(tmp_path, ROWS[:1]))
    played = fast.simulate(script.members, script.incidents, seed=3)
    about = report.About("past.csv", "the present pool", 3, 120, goes_home=True)
    recorded = report.page(played, about)
    assert "<strong>Synthetic:</strong> the hours of the requests and every answer are simulated." in recorded
    assert "no figure has an interval" in recorded
    assert ">Jan</text>" in recorded
    invented_too = report.page(played, replace(about, from_synthetic=True))
    assert "synthetic incidents of past.csv" in invented_too
    assert json.loads(report.data(played, about))["is_synthetic"] is True
    assert ("Every seat was filled" in recorded) == (not measures.unfilled(played))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a replay that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    done = _replay(_file(folder), folder / "data", "--keep-every", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_trial_comes_to_the_same_end_as_the_whole_service(whole: Path) -> None:
    """Compared are all outcomes: every question (whom, for which seat, code, when, how it ended), every seat (who, when
    the yes came, the journey to the minute, the end of the rest, why it is empty), and when each team was full."""
    full, trial = json.loads(_report(whole / "data"))["outcomes"], _fast(whole / "incidents.csv")
    _are_the_same(full, trial)
    assert sum(seat["expert_id"] is not None for one in full["incidents"] for seat in one["seats"]) > 10


def _are_the_same(full: Any, trial: Any) -> None:
    for one, other in zip(full["incidents"], trial["incidents"], strict=True):
        for seat in (*one["seats"], *other["seats"]):
            seat.pop("why")  # the service's reason has more sentences
        assert one == other


def _questions(outcomes: Any) -> Counter[int]:
    """How often each was asked."""
    return Counter(offer["expert_id"] for one in outcomes["incidents"] for offer in one["offers"])


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_both_leave_in_peace_who_was_asked_often_enough_in_30_days(tmp_path: Path) -> None:
    file, once = _file(tmp_path), {"RRT_QUESTIONS_PER_DAY": "1", "RRT_QUESTIONS_PER_MONTH": "1"}
    done = _replay(file, tmp_path / "data", "--stretches", "1", **once)
    assert done.returncode == 0, done.stdout + done.stderr
    full, trial = (
        json.loads(_report(tmp_path / "data"))["outcomes"],
        _fast(file, Terms(questions_per_day=1, questions_per_month=1)),
    )
    _are_the_same(full, trial)
    assert max(_questions(full).values()) == 1
    assert max(_questions(_fast(file, Terms(questions_per_day=1))).values()) > 1


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_replay_that_is_killed_goes_on_and_ends_like_one_that_was_not(whole: Path, tmp_path: Path) -> None:
    """To the last byte of the report, so the same seed gives the same, too."""
    file, cut = whole / "incidents.csv", tmp_path / "cut"
    running = subprocess.Popen(
        _command(file, cut, "--keep-every", "1"), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    _wait_until_kept(cut, running)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not list(cut.glob("replay-*/report.json"))
    assert _replay(file, cut, "--keep-every", "1").returncode == 0
    assert _report(cut) == _report(whole / "data")


def _wait_until_kept(data: Path, running: subprocess.Popen[str]) -> None:
    """Until it was kept a second time, which is after its first request."""
    seen: set[int] = set()
    while running.poll() is None and len(seen) < 2:
        seen |= {one.stat().st_mtime_ns for one in data.glob("replay-*/progress.pickle")}
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_year_in_stretches_beside_each_other_ends_like_one_played_through(whole: Path, tmp_path: Path) -> None:
    """People of the first stretch are on site when the second begins, and come home in it."""
    done = _replay(whole / "incidents.csv", tmp_path, "--stretches", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(tmp_path.glob("replay-*/from-*/postgres"))) == 2
    assert "played again" not in done.stdout
    assert _report(tmp_path) == _report(whole / "data")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_trial_stays_with_the_service_where_many_want_no_texts(tmp_path: Path) -> None:
    """Compared is all that what comes later asks of the past: seats, questions, rest, opt-outs, people's memories."""
    days = [f"2015-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(0, 56, 2)]
    file = _file(tmp_path, tuple(ROWS[n % 3].replace(ROWS[n % 3][:10], day) for n, day in enumerate(days)))
    script = _script(file)
    hard = Mix(yes=0.35, no=0.15, never=0.2, late=0.1, garbled=0.05, stop=0.12, conditional=0.03)
    script = replace(script, way=replace(script.way, mix=hard))
    first, second = parted(script, 2)
    assert second.past is not None
    assert len(second.past.stopped) > 5
    (played,) = beside([first], script, tmp_path, Shown(len(script.incidents)))
    assert played.end == second.past


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_stretch_that_began_with_another_past_is_played_again(whole: Path, tmp_path: Path) -> None:
    script = _script(whole / "incidents.csv")
    first, second = parted(script, 2)
    assert second.past is not None
    nobody_went = replace(second.past, teams=tuple(replace(one, seats=()) for one in second.past.teams))
    found = beside([first, replace(second, past=nobody_went)], script, tmp_path, Shown(len(script.incidents)))
    assert [one.name for one in tmp_path.glob("*-again")]
    ended = found[1].end.teams
    assert all(team.seats for team in ended[: first.last])
    told = json.loads(_report(whole / "data"))["outcomes"]["incidents"]
    for team, incident in zip(ended, told, strict=True):
        seats = [(seat["number"], seat["expert_id"]) for seat in incident["seats"] if seat["expert_id"] is not None]
        assert [(seat.number, seat.expert_id) for seat in team.seats] == seats
