"""A town whose clock stands still until a test moves it."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from app.core.clock import Clock, clock
from tests.simulator.town import Town, a_town

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def still() -> Iterator[datetime]:
    """The clock stands still; the moment it shows."""
    before = Clock.load(clock.dump())
    clock.follow(Clock(0, ours_start=START.timestamp()))
    yield START
    clock.follow(before)


@pytest.fixture
async def town(still: datetime) -> AsyncIterator[Town]:
    """A carrier, its API, and a service."""
    assert still
    async with a_town() as built:
        yield built
