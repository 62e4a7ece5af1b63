"""A story with a small pool, as the role that the service works as: it must be allowed to purge and erase."""

from collections.abc import AsyncIterator

import pytest

from tests.journeys.conftest import at_standing
from tests.standing import Standing
from tests.story import Story

EXPERTS = 60


@pytest.fixture
async def story(app_url: str, standing: Standing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A whole service with its carrier, on an empty database."""
    async with at_standing(standing, app_url, monkeypatch, EXPERTS) as told:
        yield told
