"""Migrations carry over the rows that a shop has: each is taken back, given rows, and run forward again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal as D
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from oscar.core.loading import get_model
from oscar.test.factories import create_order

from accounts_ledger import chart, code_keys, facade
from accounts_ledger.models import Account, Verification
from backoffice.models import Allowance, Erasure, QueuedMail
from oscar_integration.models import CodeAttempts, GiftCardSale, OrderRefund, PaymentAttempt

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def before(*targets: tuple[str, str]) -> Iterator[Any]:
    """Migrate back to *targets* and yield the models of that moment; in the end, migrate forward again."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    executor.migrate(list(targets))
    try:
        yield MigrationExecutor(connection).loader.project_state(list(targets)).apps
    finally:
        MigrationExecutor(connection).migrate(leaves)
        call_command("migrate", verbosity=0)


def test_mails_that_wait_are_sealed_and_those_of_profiles_lose_their_text(django_user_model):
    zoe = django_user_model.objects.create_user("zoe", "zoe@example.com", "correct-horse")
    with before(("backoffice", "0004_queued_mail"), ("communication", "0004_auto_20200801_0817")) as then:
        mails = then.get_model("backoffice", "QueuedMail").objects
        waits = mails.create(recipients="zoe@example.com", subject="Reset", content={"body": "a-secret-link"})
        gone = mails.create(recipients="zoe@example.com", subject="Sent", content=None, state="sent")
        sent = then.get_model("communication", "Email").objects
        kept = sent.create(user_id=zoe.pk, subject="Reset", body_text="a-secret-link", body_html="<p>a-secret-link</p>")

    assert QueuedMail.objects.get(pk=waits.pk).content() == {"body": "a-secret-link"}
    assert QueuedMail.objects.get(pk=gone.pk).content() is None
    assert json.loads(code_keys.unseal(bytes(QueuedMail.objects.get(pk=waits.pk).sealed)))
    row = get_model("communication", "Email").objects.get(pk=kept.pk)
    assert row.subject == "Reset"
    assert "secret" not in row.body_text + row.body_html


def test_histories_and_the_accounts_of_bulk_issues_keep_what_was_known_before_they_said_it(django_user_model):
    penny = django_user_model.objects.create_user("penny", "penny@example.com", "correct-horse")
    call_command("init_accounts", verbosity=0)
    bank = chart.bank()
    with facade.issuing(bank, merchant_reference="PO-7") as issue:
        issue.add([facade.NewAccount("FRSTX7KQ9M2HVT4R", D("10.00")), facade.NewAccount("SCNDX7KQ9M2HVT4R", D("5.00"))])
    own = Account.objects.get(stands_for=bank)
    card = Account.objects.get(code="FRSTX7KQ9M2HVT4R")
    facade.freeze(card, user=penny, reason="Suspicious")
    facade.transfer(Account.objects.get(code="SCNDX7KQ9M2HVT4R"), chart.redemptions(), D("1.00"))
    balances = dict(Account.objects.values_list("pk", "balance"))
    call_command("verify_ledger", verbosity=0)
    checked = Verification.objects.get()
    Verification.objects.update(user=penny, username="penny")

    with before(("accounts_ledger", "0011_codes_at_rest")) as then:
        assert "stands_for" not in {field.name for field in then.get_model("accounts_ledger", "Account")._meta.fields}

    assert Account.objects.get(pk=own.pk).stands_for == bank
    assert [account.pk for account in Account.objects.exclude(stands_for=None)] == [own.pk]
    assert dict(Account.objects.values_list("pk", "balance")) == balances
    named = Account.history.exclude(history_user_id=None)
    assert {row.history_username for row in named} == {"penny"}
    assert Verification.objects.get(pk=checked.pk).username == "penny"
    call_command("verify_ledger")  # which ends with an error if anything is wrong


def test_sales_and_counters_of_guesses_are_as_they_were(product_sold, books):
    sale, counter = product_sold

    with before(("oscar_integration", "0004_blocked_shopper")) as then:
        assert then.get_model("oscar_integration", "GiftCardSale").objects.get().pk == sale["id"]

    assert GiftCardSale.objects.values().get() == sale
    assert CodeAttempts.objects.values().get() == counter
    assert not OrderRefund.objects.exists()


@pytest.fixture
def product_sold():
    """A gift card that was sold, and a counter of guesses, as their rows are."""
    order = create_order()
    GiftCardSale.objects.create(
        order=order,
        line=order.lines.get(),
        number=1,
        value=D("25.00"),
        currency="GBP",
        recipient_email="zoe@example.com",
    )
    CodeAttempts.objects.create(scope="address", subject="192.0.2.1")
    return GiftCardSale.objects.values().get(), CodeAttempts.objects.values().get()


def test_what_the_back_office_keeps_beside_came_without_a_change_to_failed_logins():
    AccessAttempt.objects.create(username="zoe", ip_address="192.0.2.1", failures_since_start=3)

    with before(("backoffice", "0001_failed_login")):
        pass

    assert AccessAttempt.objects.get().failures_since_start == 3
    assert (Allowance.objects.count(), Erasure.objects.count(), QueuedMail.objects.count()) == (0, 0, 0)


def test_a_payment_that_was_begun_before_takes_no_offer_from_others(books):
    attempt = PaymentAttempt.objects.create(
        order_number="100001", total=D("5.00"), remainder=D("5.00"), currency="GBP", expires_at=timezone.now()
    )

    with before(("oscar_integration", "0007_kept_back_sales")):
        pass

    assert PaymentAttempt.objects.get(pk=attempt.pk).offers == {}
