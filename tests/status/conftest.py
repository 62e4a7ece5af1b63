"""The journeys' story."""

from tests.journeys.conftest import story

__all__ = ["story"]
