"""A day as an argument of a command."""

from __future__ import annotations

import argparse
import datetime


def day(text: str) -> datetime.date:
    """Return the day that *text* says, as 2026-12-31."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a day such as 2026-12-31") from None
