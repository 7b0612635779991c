"""A client process for the crash test: spends, or reconciles, on the ledger that DATABASE_URL points at.

``python -m tests.concurrency.client spend NAME LOG`` does random operations until it is killed or the server is gone;
every acknowledged transfer's reference is in LOG before the next operation starts.
``python -m tests.concurrency.client reconcile LOG …`` prints the reconciliation of all logs as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import django

_CARDS = 4


def spend(name: str, log: str) -> None:
    from benchmarks.spender import Spender

    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    spender = Spender(name, seed=hash(name), tell=lambda reference: os.write(file, f"{reference}\n".encode()))
    while True:
        spender.act()


def prepare() -> None:
    """Issue the cards, and print the references of their loads."""
    from accounts_ledger import chart, facade

    for _number in range(_CARDS):
        load = facade.issue(chart.bank(), Decimal("50.00")).destination_transfers.get()
        sys.stdout.write(f"{load.reference}\n")


def reconcile(before: str, *logs: str) -> None:
    from benchmarks import reconcile

    acknowledged = [reference for log in logs for reference in Path(log).read_text().split()]
    result = reconcile.reconcile(acknowledged, Path(before).read_text().split())
    sys.stdout.write(json.dumps(dataclasses.asdict(result) | {"acknowledged": len(acknowledged)}))


if __name__ == "__main__":
    django.setup()
    {"spend": spend, "prepare": prepare, "reconcile": reconcile}[sys.argv[1]](*sys.argv[2:])
