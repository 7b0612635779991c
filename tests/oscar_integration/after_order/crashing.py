"""A provider that several processes share, and a process that is killed at a chosen point of a refund."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from decimal import Decimal as D
from pathlib import Path
from unittest import mock

from oscar_integration.after_order import external, settling

FOLDER = "TEST_PROVIDER_FOLDER"
#: Where a refund can be stopped, from its first step to its last.
POINTS = ("before asking", "before it is on record", "before settling", "before the commit", "after the commit")


class Killed(BaseException):
    """No handler of errors catches it, as none runs when a process is killed."""


def refund(source, amount, reference):
    """Give money back as providers do: the same reference only once, whichever process asks."""
    with contextlib.suppress(FileExistsError), (Path(os.environ[FOLDER]) / reference).open("x") as file:
        file.write(str(amount))


def given() -> D:
    """Return what the provider has given back in all."""
    return sum((D(file.read_text()) for file in Path(os.environ[FOLDER]).iterdir()), D("0.00"))


@contextlib.contextmanager
def killed_at(point: str, kill: Callable[[], object]) -> Iterator[None]:
    """Within the block, whoever reaches *point* is killed."""
    module, name, first = {
        "before asking": (external, "ask", True),
        "before it is on record": (external, "note_given", True),
        "before settling": (settling, "settle", True),
        "before the commit": (settling, "_give_to_account", False),
        "after the commit": (settling, "settle", False),
    }[point]
    original = getattr(module, name)

    def die(*args, **kwargs):
        if not first:
            original(*args, **kwargs)
        kill()

    rehearse = settling.rehearse

    def unharmed(*args):
        with mock.patch.object(module, name, original):
            rehearse(*args)

    with mock.patch.object(module, name, die), mock.patch.object(settling, "rehearse", unharmed):
        yield
