"""What every test may ask for."""

import asyncio
import gc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes is the machine's, and no finding.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
pytest_plugins = ["tests.canaries", "tests.postgres", "tests.standing"]


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that web and workers have, where there is one: less work than Python's own."""
    try:
        import uvloop
    except ImportError:  # Windows
        return {"asyncio": asyncio.new_event_loop}
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded now stays: looking through it for garbage again and again was a sixth of all work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
