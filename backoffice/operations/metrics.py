"""Metrics for Prometheus: requests to move money, how long they took, and the state of the books.

The ledger sends signals and knows nothing of this. Counting is an addition in memory; the figures that need the
database are read when Prometheus asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from accounts_ledger import signals
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Transfer
from backoffice.operations import metric_files
from backoffice.operations.books_metrics import BooksCollector

#: Seconds. A posting takes a few milliseconds; what takes longer waited for a lock, or for the disk.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_KINDS = frozenset(Transfer.Kind.values)


def listen() -> None:
    """Count what the ledger tells from now on."""
    metric_files.use(Path(settings.METRICS_DIR))
    counts = _Counts()
    # Without weak=False the signals would forget the listeners when this function ends.
    signals.transfers_posted.connect(counts.posted, weak=False)
    signals.transfer_refused.connect(counts.refused, weak=False)


def exposition() -> tuple[bytes, str]:
    """Return the metrics of all processes on this machine as text, and the text's content type."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, settings.METRICS_DIR)  # type: ignore[no-untyped-call]  # the client has no types here
    registry.register(BooksCollector())
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Counts:
    """Requests to move money, by what became of them."""

    def __init__(self) -> None:
        registry = CollectorRegistry()  # only the files are ever read
        self._posted = Counter("ledger_transfers", "Transfers posted", ["kind"], registry=registry)
        self._repeated = Counter(
            "ledger_transfers_repeated", "Requests answered with an earlier transfer", registry=registry
        )
        self._refused = Counter(
            "ledger_transfers_refused",
            "Requests to move money that were refused",
            ["kind", "reason"],
            registry=registry,
        )
        self._seconds = Histogram(
            "ledger_posting_seconds",
            "Time to post one request, waiting for locks included",
            ["batch"],
            buckets=_SECONDS,
            registry=registry,
        )

    def posted(self, *, kinds: Mapping[str, int], repeated: int, seconds: float | None, **kwargs: Any) -> None:
        for kind, count in kinds.items():
            self._posted.labels(str(kind)).inc(count)
        if repeated:
            self._repeated.inc(repeated)
        if seconds is not None:
            self._seconds.labels("yes" if sum(kinds.values()) + repeated > 1 else "no").observe(seconds)

    def refused(self, *, kind: str, error: AccountException, **kwargs: Any) -> None:
        # Anything can be asked for; only what exists becomes a time series.
        self._refused.labels(str(kind) if kind in _KINDS else "unknown", type(error).__name__).inc()
