"""The period that a report is about, in moments."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from accounts_ledger.reports.as_of import AsOf


@dataclass(frozen=True)
class Period:
    """What was posted in ``currency`` from ``since`` until just before ``until``."""

    since: datetime.datetime
    until: datetime.datetime
    currency: str

    @cached_property
    def at_end(self) -> AsOf:
        """The ledger as it was at the end of the period."""
        return AsOf(self.until)
