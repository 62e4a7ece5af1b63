"""The same service as in the journeys; pages are read as a browser without JavaScript reads them."""

from tests.journeys.conftest import story

__all__ = ["story"]
