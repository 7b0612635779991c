"""What Prometheus is told."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, transaction
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

from accounts_ledger import exceptions, facade, signals, verification
from accounts_ledger.models import GiftCardBatch, Transfer
from backoffice.operations import metric_files, metrics

ROOT = Path(__file__).parent.parent.parent.parent


def shown(name: str, **labels: str) -> float | None:
    """Return the value of a metric, None if it is not given."""
    text = metrics.exposition()[0].decode()
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return next((one.value for one in samples if one.name == name and one.labels == labels), None)


@pytest.fixture
def counted(django_capture_on_commit_callbacks):
    """Return by how much a metric grows while *act* is done and committed."""

    def growth(act, name: str, **labels: str) -> float:
        before = shown(name, **labels) or 0
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return (shown(name, **labels) or 0) - before

    return growth


@pytest.fixture
def card(bank, books):
    return facade.issue(bank, D("10.00"))


def redeem(card, redemptions, amount="1.00", key=None):
    return facade.transfer(card, redemptions, D(amount), kind=Transfer.Kind.REDEMPTION, idempotency_key=key)


def test_transfers_are_counted_by_kind(counted, card, redemptions):
    assert counted(lambda: redeem(card, redemptions), "ledger_transfers_total", kind="redemption") == 1


def test_a_batch_counts_each_of_its_transfers(counted, card, redemptions):
    requests = [facade.TransferRequest(source=card, destination=redemptions, amount=D("1.00")) for _n in range(3)]

    assert counted(lambda: facade.transfer_many(requests), "ledger_transfers_total", kind="transfer") == 3


def test_a_bulk_issue_counts_each_of_its_loads(counted, bank, books):
    def issue():
        with facade.issuing(bank) as bulk:
            bulk.add([facade.NewAccount(f"BULKCODE{number}", D("5.00")) for number in range(4)])

    assert counted(issue, "ledger_transfers_total", kind="load") == 4


def test_refusals_are_counted_by_kind_and_reason(counted, card, redemptions):
    def overspend():
        with pytest.raises(exceptions.InsufficientFunds):
            redeem(card, redemptions, "99.00")

    labels = {"kind": "redemption", "reason": "InsufficientFunds"}
    assert counted(overspend, "ledger_transfers_refused_total", **labels) == 1


def test_a_second_reversal_counts_as_refused(counted, card, redemptions):
    redemption = redeem(card, redemptions)
    facade.reverse(redemption)

    def again():
        with pytest.raises(exceptions.AlreadyReversed):
            facade.reverse(redemption)

    labels = {"kind": "reversal", "reason": "AlreadyReversed"}
    assert counted(again, "ledger_transfers_refused_total", **labels) == 1


def test_a_refused_batch_counts_the_request_that_was_refused(counted, card, redemptions):
    amounts = (D("1.00"), D("99.00"))

    def overspend():
        with pytest.raises(exceptions.BatchRefused):
            facade.transfer_many(
                [facade.TransferRequest(source=card, destination=redemptions, amount=amount) for amount in amounts]
            )

    labels = {"kind": "transfer", "reason": "InsufficientFunds"}
    assert counted(overspend, "ledger_transfers_refused_total", **labels) == 1


def test_whatever_kind_is_asked_for_makes_no_time_series_of_its_own(counted, card, redemptions):
    def nonsense():
        with pytest.raises(exceptions.InvalidKind):
            facade.transfer(card, redemptions, D("1.00"), kind="nonsense")

    labels = {"kind": "unknown", "reason": "InvalidKind"}
    assert counted(nonsense, "ledger_transfers_refused_total", **labels) == 1


def test_a_repeated_request_is_no_second_transfer(counted, card, redemptions):
    redeem(card, redemptions, key="order-1")

    assert counted(lambda: redeem(card, redemptions, key="order-1"), "ledger_transfers_repeated_total") == 1
    assert counted(lambda: redeem(card, redemptions, key="order-1"), "ledger_transfers_total", kind="redemption") == 0


def test_what_is_rolled_back_was_never_posted(counted, card, redemptions):
    def roll_back():
        with transaction.atomic():
            redeem(card, redemptions)
            transaction.set_rollback(True)

    assert counted(roll_back, "ledger_transfers_total", kind="redemption") == 0
    card.refresh_from_db()


def test_the_time_of_each_posting_is_in_the_histogram(counted, card, redemptions):
    assert counted(lambda: redeem(card, redemptions), "ledger_posting_seconds_count", batch="no") == 1
    assert shown("ledger_posting_seconds_bucket", batch="no", le="+Inf") >= 1


def test_a_listener_that_fails_stops_no_transfer(card, redemptions, django_capture_on_commit_callbacks):
    def fail(**kwargs):
        raise ZeroDivisionError

    signals.transfers_posted.connect(fail)
    with django_capture_on_commit_callbacks(execute=True):
        redeem(card, redemptions)

    card.refresh_from_db()
    assert card.balance == D("9.00")


# --- The books ------------------------------------------------------------------------------------


def test_until_the_books_were_verified_nothing_is_said_about_them(db):
    assert shown("ledger_books_balanced") is None


def test_the_last_verification_says_whether_the_books_balance_and_how_old_that_is(card):
    verification.record(verification.verify_ledger())

    assert shown("ledger_books_balanced") == 1
    assert 0 <= shown("ledger_verification_age_seconds") < 60


def test_books_that_do_not_balance_are_said_so(card):
    report = verification.verify_ledger()
    report.count = 1
    verification.record(report)

    assert shown("ledger_books_balanced") == 0


def test_open_holds_are_counted(card):
    facade.hold(card, D("1.00"))
    facade.void(facade.hold(card, D("1.00")))

    assert shown("ledger_holds_open") == 1


def test_the_progress_of_a_running_import_is_shown(bank):
    batch = GiftCardBatch.objects.create(
        source=bank, account_type=bank.account_type, state="loading", cards=100, processed=40, heartbeat=timezone.now()
    )
    labels = {"batch": batch.reference, "state": "loading"}

    assert shown("ledger_import_rows", **labels) == 100
    assert shown("ledger_import_rows_processed", **labels) == 40
    assert shown("ledger_import_silent_seconds", **labels) < 60


def test_without_a_database_the_rest_is_still_shown(db, monkeypatch, counted, card, redemptions):
    redeem(card, redemptions)

    def refuse(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("backoffice.operations.books_metrics._verification", refuse)

    assert shown("ledger_database_up") == 0
    assert shown("ledger_transfers_repeated_total") is not None


# --- Several processes ----------------------------------------------------------------------------


def test_what_each_process_counted_is_summed_and_those_gone_are_followed_by_others(tmp_path):
    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.backoffice.operations.counting_process", str(tmp_path)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"counted\n"
        return process

    with start() as stays, start() as killed:
        killed.kill()
        killed.wait()
        with start() as successor:
            successor.communicate()
        stays.communicate()

    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(tmp_path))
    assert "worker_things_total 3.0" in generate_latest(registry).decode()
    assert len(list(tmp_path.glob("counter_*.db"))) == 2, "the third process counted on where the second had stopped"


def test_a_folder_that_may_not_be_written_is_named_instead_of_searched_for_a_place_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)

    with pytest.raises(ImproperlyConfigured, match="METRICS_DIR: the user that this runs as may not write"):
        metric_files.use(tmp_path)
