"""The benchmarks: a module each, with a ``TITLE`` and ``run(server, options)`` that returns Markdown."""

from __future__ import annotations

from benchmarks import bulk, expiry, history, reports, throughput, verification

BENCHMARKS = {
    "throughput": throughput,
    "history": history,
    "bulk": bulk,
    "expiry": expiry,
    "verification": verification,
    "reports": reports,
}
