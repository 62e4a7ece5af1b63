"""A story with a small pool: a drill texts all of them, and each text is three webhooks."""

from collections.abc import AsyncIterator

import pytest

from tests.journeys.conftest import at_standing
from tests.standing import Standing
from tests.story import Story

EXPERTS = 40


@pytest.fixture
async def story(database_url: str, standing: Standing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A whole service with its carrier, on an empty database."""
    async with at_standing(standing, database_url, monkeypatch, EXPERTS) as told:
        yield told
