"""The database is lost in the middle of a dispatch, restored to a moment before the last texts, and reconciled.

Whole processes, PostgreSQL's own tools, kill -9 of everything, the disk deleted; `make restore-test` prints the table.
"""

from argparse import Namespace
from pathlib import Path

import pytest

from app.core.clock import Clock, clock
from app.core.settings import get_settings
from bench.restore.__main__ import lose_and_restore

CHOSEN = Namespace(
    deployments=3, before=15, lost=30, outage=6, rate=20, settle=400, experts=400, seed=5,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_database_lost_in_the_middle_of_a_dispatch_comes_back_without_a_doubled_or_missing_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Clock.load(clock.dump())
    monkeypatch.delenv("DATABASE_URL", raising=False)
    try:
        run, verdict = lose_and_restore(CHOSEN, tmp_path)
    finally:
        clock.follow(before)
        get_settings.cache_clear()
    assert run.texts_lost > 0, "nothing was lost: the test proves nothing"
    assert not any(verdict.faults().values()), verdict.faults()
    assert verdict.counts["teams confirmed"] + verdict.counts["seats filled"] > 0
