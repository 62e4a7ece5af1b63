"""The story of the journeys."""

from tests.journeys.conftest import story

__all__ = ["story"]
