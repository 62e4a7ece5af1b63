"""The story of the journeys, as the database's owner: these tests plant what the service's own role may not do."""

from collections.abc import AsyncIterator

import pytest

from tests.journeys.conftest import at_standing
from tests.standing import Standing
from tests.story import Story


@pytest.fixture
async def story(database_url: str, standing: Standing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A whole service with its carrier, on an empty database."""
    async with at_standing(standing, database_url, monkeypatch) as told:
        yield told
