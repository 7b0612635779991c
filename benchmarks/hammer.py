"""Many processes spend from a few accounts at once; then everything is reconciled.

``python -m benchmarks.hammer`` does 200,000 operations; ``--operations``, ``--processes`` and ``--cards`` choose.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tqdm import tqdm

from benchmarks import document, load, server
from benchmarks.reconcile import Reconciliation, reconcile
from benchmarks.spender import Acknowledged, Spender

_PORTION = 100
_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Outcome:
    """What a run came to. ``failures`` are exceptions that no client should ever see."""

    operations: int
    seconds: float
    refused: Counter[str]
    failures: list[str]
    reconciliation: Reconciliation

    @property
    def is_clean(self) -> bool:
        return not self.failures and self.reconciliation.is_clean


def hammer(database: str, processes: int, operations: int, cards: int, seconds: float | None = None) -> Outcome:
    """Let *processes* do *operations* in all on *cards* accounts of *database*, or stop after *seconds*."""
    load.use_database(database)
    before = _create_cards(cards)
    load.use_database(database)  # closes the connection before the processes are forked
    begin = time.perf_counter()
    acknowledged, failures = _run(processes, operations, begin + seconds if seconds else None)
    elapsed = time.perf_counter() - begin
    refused: Counter[str] = Counter()
    for client in acknowledged:
        refused.update(client.refused)
        failures += [f"{key} was posted twice" for key in client.doubled]
    return Outcome(
        operations=sum(client.operations for client in acknowledged),
        seconds=elapsed,
        refused=refused,
        failures=failures,
        reconciliation=reconcile((ref for client in acknowledged for ref in client.references), before),
    )


def _create_cards(count: int) -> list[str]:
    """Issue *count* cards with little money on them, so that many requests must be refused."""
    from accounts_ledger import chart, facade
    from accounts_ledger.models import Transfer

    for _ in range(count):
        facade.issue(chart.bank(), Decimal("50.00"))
    return list(Transfer.objects.values_list("reference", flat=True))


def _run(processes: int, operations: int, until: float | None) -> tuple[list[Acknowledged], list[str]]:
    answers: Any = _fork.Queue()
    share = operations // processes
    clients = [_fork.Process(target=_client, args=(number, share, until, answers)) for number in range(processes)]
    for client in clients:
        client.start()
    acknowledged: list[Acknowledged] = []
    failures: list[str] = []
    with tqdm(total=share * processes, unit="operation", unit_scale=True, disable=None) as bar:
        while len(acknowledged) < processes:
            answer = answers.get()
            if isinstance(answer, int):
                bar.update(answer)
            else:
                acknowledged.append(answer[0])
                failures += answer[1]
    for client in clients:
        client.join()
    return acknowledged, failures


def _client(number: int, operations: int, until: float | None, answers: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the ledger logs every refusal
    failures: list[str] = []
    spender = Spender(f"client{number}", seed=number)
    for done in range(1, operations + 1):
        try:
            spender.act()
        except Exception:
            failures.append(traceback.format_exc())
        if done % _PORTION == 0:
            answers.put(_PORTION)
        if until and time.perf_counter() > until:
            break
    answers.put((spender.acknowledged, failures))


def report(outcome: Outcome, processes: int, cards: int) -> str:
    """Return the outcome as Markdown."""
    found = outcome.reconciliation
    refused = ", ".join(f"{name} {count:,}" for name, count in outcome.refused.most_common())
    return f"""\
{processes} processes did {outcome.operations:,} random operations (redemptions, transfers, loads, batches, refunds,
reversals, holds, captures, voids, and repetitions with the same idempotency key) on {cards} cards in
{outcome.seconds:,.0f} s, {outcome.operations / outcome.seconds:,.0f} a second, and wrote {found.transfers:,} transfers.

| | |
|---|--:|
| transfers acknowledged but lost | {found.lost} |
| transfers written but not acknowledged | {found.unacknowledged} |
| requests written twice | {found.doubled} |
| overdrafts | {found.overdrafts} |
| unhandled errors, deadlocks among them | {len(outcome.failures)} |
| sum of all balances | {found.books} |
| findings of `verify_ledger` | {len(found.findings)} |

Refused, as they should be: {refused or "none"}.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hammer", description=__doc__)
    parser.add_argument("--operations", type=int, default=200_000, help="operations of all processes (200,000)")
    parser.add_argument("--processes", type=int, default=8, help="processes (8)")
    parser.add_argument("--cards", type=int, default=5, help="cards that all of them use (5)")
    parser.add_argument("--write", action="store_true", help="put the result into docs/benchmarks.md")
    arguments = parser.parse_args()
    with server.running() as running:
        server.set_up_django(running)
        outcome = hammer(server.LEDGER, arguments.processes, arguments.operations, arguments.cards)
        result = report(outcome, arguments.processes, arguments.cards)
        print(result)
        for failure in (*outcome.failures[:5], *outcome.reconciliation.findings[:20]):
            print(failure, file=sys.stderr)
        if arguments.write:
            document.write("hammer", "Hammered, then reconciled", result, running.version())
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
