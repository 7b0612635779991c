"""Fills a database with years of history, and serves the site on it as in production, with a worker beside."""

from __future__ import annotations

import csv
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import reports, shoppers

ROOT = Path(__file__).parent.parent.parent
_PATIENCE_SECONDS = 60
_ADDRESS = {
    "first_name": "Barry",
    "last_name": "Chuckle",
    "line1": "1 King's Road",
    "line4": "London",
    "postcode": "SW3 5AA",
    "country": "GB",
}


def prepare(directory: Path, host: str, orders: int, rows: int) -> Path:
    """Fill the ledger that Django is connected to; return the file that tells the visitors what is there.

    Args:
        orders: how many gift cards are made ready for shoppers to pay with, 20.00 on each.
        rows: how many cards are in the file that is imported meanwhile.
    """
    from oscar.core.loading import get_model

    from accounts_ledger.models import Account

    reports.seed()
    shoppers.stock_shelves()
    password = secrets.token_urlsafe(16)
    _member_of_staff(password)
    products = get_model("catalogue", "Product").objects.order_by("pk")[:50]
    usable = Account.objects.filter(code__isnull=False, end_date=None)
    known = list(usable.order_by("pk").values_list("pk", "code")[:5_000])
    plan = {
        "host": host,
        "user": "manager",
        "password": password,
        "address": _ADDRESS,
        "codes": [card.code for card in shoppers.loaded_cards(orders)],
        "known_codes": [code for _pk, code in known],
        "cards": [pk for pk, _code in known],
        "products": [{"page": product.get_absolute_url(), "add": f"/basket/add/{product.pk}/"} for product in products],
        "file": str(_cards_file(directory, rows)),
    }
    path = directory / "plan.json"
    path.write_text(json.dumps(plan))
    return path


def _member_of_staff(password: str) -> None:
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command

    call_command("init_accounts", verbosity=0)
    manager = User.objects.create_user("manager", "manager@example.com", password, is_staff=True)
    manager.groups.add(Group.objects.get(name="Manager"))


def _cards_file(directory: Path, rows: int) -> Path:
    from accounts_ledger import codes

    path = directory / "campaign.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "amount"])
        writer.writerows([codes.generate(), "10.00"] for _row in range(rows))
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(directory: Path, port: int, workers: int) -> Iterator[None]:
    """Serve the database that DATABASE_URL names by gunicorn, with production settings, and run one worker."""
    environment = os.environ | {"TRUSTED_PROXIES": "127.0.0.1", "EMAIL_URL": "dummymail://", "LOG_LEVEL": "WARNING"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "collectstatic", "--no-input", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    server = [sys.executable, "-m", "gunicorn", "--config", "backoffice/gunicorn.py", "--bind", f"127.0.0.1:{port}"]
    with (directory / "server.log").open("w") as log:
        running = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            for command in (
                [*server, "--workers", str(workers), "backoffice.wsgi"],
                [*manage, "db_worker", "--no-reload"],
            )
        ]
        try:
            _wait_for(f"http://127.0.0.1:{port}/gift-cards/balance/")
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=30)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=10).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def findings() -> list[str]:
    """Return what `verify_ledger` finds afterwards: nothing, if the books balance."""
    from accounts_ledger.verification import verify_ledger

    found: list[str] = []
    verify_ledger(on_finding=lambda finding: found.append(str(finding)))
    return found
