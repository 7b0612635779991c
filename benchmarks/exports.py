"""Exporting long lists from the admin, as its own pages do: seconds to the last byte, and the memory of the process."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import resource
import time
from typing import Any

from benchmarks import cast, load
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "Exporting lists from the admin"
ROWS = 100_000
_EXPORTS = "exports"
_LOADED_AT_ONCE = 10_000
_LISTS = {"account": "accounts", "transfer": "transfers"}
_FORMATS = {"CSV": "0", "XLSX": "1"}

_fork = multiprocessing.get_context("fork")


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    server.create_database(_EXPORTS, LEDGER)
    load.use_database(_EXPORTS)
    _seed()
    lines = [f"| {ROWS:,} rows | seconds | file | peak memory |", "|---|--:|--:|--:|"]
    for model, file_format in itertools.product(_LISTS, _FORMATS):
        load.use_database(_EXPORTS)
        measured = _in_a_process(model, file_format)
        lines.append(
            f"| {_LISTS[model]} as {file_format} | {measured['seconds']:.1f} s"
            f" | {measured['bytes'] / 1e6:.1f} MB | {measured['megabytes']:,.0f} MB |"
        )
    lines.append(f"| the process before it exports | | | {measured['before']:,.0f} MB |")
    return "\n".join(lines) + "\n"


def _seed() -> None:
    """Issue cards, each with one load: as many accounts as transfers."""
    from django.contrib.auth import get_user_model

    from accounts_ledger import chart, codes, facade
    from accounts_ledger.models import Account, Transfer

    bank, account_type = chart.bank(), chart.deferred_income_types()[0]
    for _part in range(ROWS // _LOADED_AT_ONCE):
        cards = [Account(code=codes.make(), account_type=account_type) for _ in range(_LOADED_AT_ONCE)]
        Account.objects.bulk_create(cards, batch_size=2000)
        facade.transfer_many(
            [
                facade.TransferRequest(source=bank, destination=card, amount=cast.ONE, kind=Transfer.Kind.LOAD)
                for card in cards
            ]
        )
    get_user_model().objects.create_superuser("exporter")


def _in_a_process(model: str, file_format: str) -> dict[str, float]:
    outcome: Any = _fork.Queue()
    process = _fork.Process(target=lambda: outcome.put(_export(model, file_format)))
    process.start()
    measured: dict[str, float] = outcome.get()
    process.join()
    return measured


def _export(model: str, file_format: str) -> dict[str, float]:
    """Post the form of the export with all columns, and read what comes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    setup_test_environment()  # so that the form can be taken from the answer
    client = Client()
    client.force_login(get_user_model().objects.get(username="exporter"))
    address = reverse(f"admin:accounts_ledger_{model}_export")
    fields = client.get(address).context["form"].fields
    columns = {name: "on" for name, field in fields.items() if getattr(field, "is_selectable_field", False)}
    before = _megabytes()
    begin = time.perf_counter()
    response = client.post(address, {"format": _FORMATS[file_format], "resource": "0", **columns})
    size = sum(len(part) for part in response.streaming_content)
    return {"seconds": time.perf_counter() - begin, "bytes": size, "megabytes": _megabytes(), "before": before}


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
