"""Workers are killed with kill -9 in the middle of their jobs: nobody is forgotten, nobody is texted twice."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest

from app.core.clock import Clock, clock
from tests.story import START, Story

LIVES_S = (1.2, 1.6, 1.9, 2.3)
"""How long each of the first workers lives: long enough to start, short enough to die at work."""
PATIENCE_S = 100


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app.cli", "worker"]
    return subprocess.Popen(command, env=os.environ | {"RRT_CLOCK": clock.dump()}, stderr=subprocess.DEVNULL)


async def _asked(story: Story) -> Counter[str]:
    """How often each number was asked to go, at the carrier."""
    await story.carrier.run_due()
    return Counter(m["to"] for m in story.carrier.messages if "Can you go to" in m["body"])


async def _wait(story: Story, path: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (await story.api("intake", "GET", path)).status_code != 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


@pytest.mark.slow
async def test_every_offer_is_texted_once_whoever_is_killed(story: Story) -> None:
    clock.follow(Clock(60, ours_start=START.timestamp()))
    workers = [_start()]
    try:
        references = [await story.files() for _ in range(4)]
        for reference in references:
            await story.post("intake", f"/requests/{reference}/take-in")
            await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T2"})
            await story.post("approver", f"/requests/{reference}/approve")
        for reference in references:
            await _wait(story, f"/deployments/{reference}/rosters/1")
            await story.post("recommender", f"/deployments/{reference}/rosters/1/accept")
        for life in LIVES_S:
            await asyncio.sleep(life)
            workers[-1].send_signal(signal.SIGKILL)
            workers.append(_start())
        offers = await _all_asked(story, references)
    finally:
        for worker in workers:
            worker.kill()
    asked = await _asked(story)
    numbers = Counter([(await story.person(offer["expert_id"])).number for offer in offers])
    assert asked.total() >= 20
    assert {number: count for number, count in asked.items() if count > numbers[number]} == {}
    assert {number for number in numbers if asked[number] == 0} == set()


async def _all_asked(story: Story, references: list[str]) -> list[dict[str, Any]]:
    """Wait until every offer's text is at the carrier; the offers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        offers = [offer for reference in references for offer in await story.offers(reference)]
        if (len(offers) >= 20 and (await _asked(story)).total() >= len(offers)) or time.monotonic() > deadline:
            return offers
        await asyncio.sleep(0.5)
