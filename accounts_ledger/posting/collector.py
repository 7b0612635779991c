"""Python's search for reference cycles, put off while very many objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Make objects in the block without looking for garbage among them, of which there is none.

    The looking took more than a third of the Python time of a large batch. What is in no cycle is freed all the same.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
