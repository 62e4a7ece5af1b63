"""The same service as in the journeys, seen through a browser without JavaScript."""

from tests.journeys.conftest import story

__all__ = ["story"]
