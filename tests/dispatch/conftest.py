"""The story of the journeys, as the database's owner: these tests plant what the service's own role may not do."""

from collections.abc import AsyncIterator

import pytest

from app.core.database import close_engine
from tests.journeys.conftest import surroundings
from tests.story import Story, telling


@pytest.fixture
async def story(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A whole service with its carrier, on an empty database."""
    with surroundings(database_url, monkeypatch):
        await close_engine()
        async with telling() as told:
            yield told
        await close_engine()
