"""Verifying the whole ledger: how long an auditor waits."""

from __future__ import annotations

import resource
import time

from benchmarks import cast, load
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "Verifying the books"
_VERIFICATION = "verification"


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    server.create_database(_VERIFICATION, LEDGER)
    load.use_database(_VERIFICATION)
    from accounts_ledger.verification import verify_ledger

    cast.create_accounts()
    cast.add_history(options.history)
    server.execute("VACUUM ANALYZE", _VERIFICATION)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    report = verify_ledger()
    seconds = time.perf_counter() - begin
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert report.is_clean, report.findings
    return (
        f"`verify_ledger` recomputed {report.transfers:,} transfers ({report.transactions:,} transactions) with all its"
        f" checks in {seconds:.1f} s ({report.transfers / seconds:,.0f} transfers a second); the process grew by"
        f" {grown:.0f} MB.\n"
    )
