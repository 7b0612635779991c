"""The benchmarks: a module each, with a ``TITLE`` and ``run(server, options)`` that returns Markdown."""

from __future__ import annotations

from benchmarks import bulk, expiry, exports, history, imports, orders, reports, throughput, verification

BENCHMARKS = {
    "throughput": throughput,
    "history": history,
    "bulk": bulk,
    "imports": imports,
    "expiry": expiry,
    "verification": verification,
    "orders": orders,
    "reports": reports,
    "exports": exports,
}
