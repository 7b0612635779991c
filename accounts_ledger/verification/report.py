"""VerificationReport: what a verification looked at, and what it found."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from accounts_ledger.verification.finding import Finding

#: Findings that are kept in memory and on record; the rest are counted, and told to the caller one by one.
KEPT = 100


@dataclass
class VerificationReport:
    """The outcome of one run. ``findings`` are the first `KEPT` of ``count``."""

    started: datetime.datetime
    finished: datetime.datetime | None = None
    accounts: int = 0
    transfers: int = 0
    transactions: int = 0
    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return self.count == 0

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self.findings) < KEPT:
            self.findings.append(finding)
