"""Importing a large list of gift cards: the check, the load, what others on the same source notice, and memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import cast, load
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "Importing gift cards"
#: A plain import is slow: fewer rows say enough about the time for each.
PLAIN_ROWS = 1_000
_IMPORTS = "imports"
_SECONDS_BETWEEN_TRANSFERS = 0.02
#: A transfer that takes longer than this waited for somebody.
_NOTICED = 0.1

_fork = multiprocessing.get_context("fork")


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    server.create_database(_IMPORTS, LEDGER)
    load.use_database(_IMPORTS)
    rows = options.rows
    plain = in_a_process(_import_plainly)["seconds"] / PLAIN_ROWS * rows
    stop = _fork.Event()
    waits: Any = _fork.Queue()
    others = _fork.Process(target=_transfer_meanwhile, args=(stop, waits))
    others.start()
    ours = in_a_process(lambda: _import(rows))
    stop.set()
    waited: list[float] = waits.get()
    others.join()
    noticed = [seconds for seconds in waited if seconds > _NOTICED]
    median = 1000 * statistics.median(waited)
    both = ours["check"] + ours["load"]
    return (
        f"| {rows:,} rows | |\n|---|--:|\n"
        f"| check (dry run) | {ours['check']:.1f} s |\n"
        f"| processor time of it | {ours['check_processor']:.1f} s |\n"
        f"| load | {ours['load']:.1f} s |\n"
        f"| processor time of it, without the database's | {ours['load_processor']:.1f} s |\n"
        f"| memory before, and at most | {ours['megabytes_before']:,} MB, {ours['megabytes']:,} MB |\n"
        f"| plain ModelResource import, per as many rows | {plain:,.0f} s, {plain / both:.1f} times both |\n"
        f"| transfers on the same source meanwhile | {len(waited):,}, median {median:.0f} ms |\n"
        f"| the longest of them | {max(waited):.2f} s |\n"
        f"| all that took longer than {_NOTICED} s, together | {sum(noticed):.2f} s |\n"
    )


def in_a_process(act: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Return what *act* measured in a process of its own, so that its peak memory is its own too."""
    load.use_database(_IMPORTS)
    outcome: Any = _fork.Queue()
    process = _fork.Process(target=lambda: outcome.put(_quietly(act)))
    process.start()
    measured = outcome.get()
    process.join()
    if isinstance(measured, str):
        raise RuntimeError(measured)
    return measured


def _quietly(act: Callable[[], dict[str, float]]) -> dict[str, float] | str:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        return act()
    except Exception as error:
        return repr(error)


def lines(rows: int) -> Iterator[bytes]:
    """Yield a list of cards as another system exports it."""
    yield b"Code,Balance,Currency,Status,Expires At,Recipient Email\n"
    for number in range(rows):
        code = f"BENCH-{number:07d}-{number * 7919 % 9973:04d}"
        yield f"{code},{5 + number % 95}.50,GBP,active,2037-12-31,customer{number}@example.com\n".encode()


def _import(rows: int) -> dict[str, float]:
    from accounts_ledger import chart
    from accounts_ledger.imports import run
    from accounts_ledger.imports.upload import upload

    before = _megabytes()
    batch = upload(
        lines(rows), file_name="bench.csv", source=chart.bank(), account_type=chart.deferred_income_types()[0]
    )
    begin = _Clock()
    run.start_check(batch, inline=True)
    checked = _Clock()
    assert batch.is_loadable, (batch.message, batch.problems_found)
    run.start_load(batch, None, inline=True)
    loaded = _Clock()
    assert batch.state == batch.State.LOADED, batch.message
    return {
        "check": checked.wall - begin.wall,
        "check_processor": checked.processor - begin.processor,
        "load": loaded.wall - checked.wall,
        "load_processor": loaded.processor - checked.processor,
        "megabytes_before": before,
        "megabytes": _megabytes(),
    }


class _Clock:
    """The time that has passed, and what of it this process had a processor, both in seconds."""

    def __init__(self) -> None:
        self.wall, self.processor = time.perf_counter(), time.process_time()


def _megabytes() -> int:
    """Return the most memory that this process has used so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _import_plainly() -> dict[str, float]:
    """Preview and confirm with a ModelResource as django-import-export makes one: accounts only, no money moved."""
    import tablib
    from import_export.resources import modelresource_factory

    from accounts_ledger.models import Account

    fields = ("code", "currency", "end_date", "holder_email")
    resource_class = modelresource_factory(
        Account,
        meta_options={"fields": fields, "import_id_fields": ("code",), "clean_model_instances": True},
    )
    rows = [(f"PLAIN{n:09d}", "GBP", "2037-12-31 00:00:00", f"customer{n}@example.com") for n in range(PLAIN_ROWS)]
    begin = time.perf_counter()
    for dry_run in (True, False):
        result = resource_class().import_data(tablib.Dataset(*rows, headers=fields), dry_run=dry_run)
        assert not result.has_errors(), result.row_errors()[:1]
        assert not result.has_validation_errors(), result.invalid_rows[:1]
    return {"seconds": time.perf_counter() - begin}


def _transfer_meanwhile(stop: Any, waits: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    from accounts_ledger import chart, facade

    bank, redemptions, waited = chart.bank(), chart.redemptions(), []
    while not stop.is_set():
        begin = time.perf_counter()
        facade.transfer(bank, redemptions, cast.ONE)
        waited.append(time.perf_counter() - begin)
        time.sleep(_SECONDS_BETWEEN_TRANSFERS)
    waits.put(waited)
