"""The same service as in the journeys."""

from tests.journeys.conftest import story

__all__ = ["story"]
