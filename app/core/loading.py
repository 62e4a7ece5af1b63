"""Start fast: what a process loads at its start stays to its end, so nobody looks for garbage in it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load everything inside: a sixth sooner, and later searches for garbage pass over all of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
