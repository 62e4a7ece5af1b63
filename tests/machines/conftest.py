"""The story of the journeys, for tests that kill processes."""

from tests.journeys.conftest import story

__all__ = ["story"]
