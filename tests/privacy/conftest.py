"""A story with a small pool: a drill texts all of them, and each text is three webhooks."""

from collections.abc import AsyncIterator

import pytest

from app.core.database import close_engine
from tests.journeys.conftest import surroundings
from tests.story import Story, telling

EXPERTS = 40


@pytest.fixture
async def story(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A whole service with its carrier, on an empty database."""
    with surroundings(database_url, monkeypatch):
        await close_engine()
        async with telling(EXPERTS) as told:
            yield told
        await close_engine()
