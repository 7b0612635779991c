"""Random lives of a few accounts, compared after every step with a model in plain Python that has no database."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from decimal import Decimal as D

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account, Hold, Transaction, Transfer
from tests.accounts_ledger.model_of_the_ledger import ModelAccount, ModelHold, ModelTransfer, Refused, require

# Few accounts and few amounts, and what is undone or captured is mostly what was done last: so things meet.
AMOUNTS = st.sampled_from([D("0.01"), D("5.00"), D("9.99"), D("10.00"), D("20.00"), D("50.00")])
ANY = st.integers(0, 59)
MOST_CUSTOMERS = 4
NEW_STATE = {"freeze": "Frozen", "thaw": "Open"}


class Ledger(RuleBasedStateMachine):
    """Every rule does the same to the ledger and to the model; either both accept it or both refuse it."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: list[ModelAccount] = []
        self.transfers: list[ModelTransfer] = []
        self.holds: list[ModelHold] = []
        self.keys: dict[str, tuple[ModelAccount, ModelAccount, D, ModelTransfer]] = {}
        self.rollback = transaction.atomic()
        self.rollback.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rollback.__exit__(None, None, None)

    @initialize()
    def core_accounts(self) -> None:
        self.bank = ModelAccount(chart.bank().pk, limit=None)
        self.redemptions = ModelAccount(chart.redemptions().pk)
        self.lapsed = ModelAccount(chart.lapsed().pk)
        self.accounts = [self.bank, self.redemptions, self.lapsed]

    # --- What both do ------------------------------------------------------------------------------

    def both(self, model: Callable[[], object], ledger: Callable[[], object]) -> object:
        """Do it in the model and in the ledger, and return what the ledger returned; None if both refused it."""
        try:
            model()
        except Refused:
            with pytest.raises(exceptions.AccountException):
                ledger()
            return None
        return ledger()

    def move(self, source: ModelAccount, destination: ModelAccount, amount: D, *, of_hold: D = D(0)) -> None:
        require(source is not destination)
        require(source.status == "Open" or (source.status == "Frozen" and of_hold > 0))
        require(destination.status == "Open")
        require(amount <= source.available + of_hold)
        source.held -= of_hold
        source.amounts.append(-amount)
        destination.amounts.append(amount)

    def record(self, transfer: Transfer, source: ModelAccount, destination: ModelAccount, **rest) -> ModelTransfer:
        recorded = ModelTransfer(transfer.pk, source, destination, transfer.amount, **rest)
        self.transfers.append(recorded)
        return recorded

    def account(self, number: int) -> ModelAccount:
        """Return mostly an open customer's account, sometimes a core account or one that is not open any more."""
        core, customers = self.accounts[:3], self.accounts[3:]
        open_ones = [account for account in customers if account.status == "Open"]
        chosen = {0: core, 1: customers}.get(number % 6, open_ones) or core
        return chosen[number % len(chosen)]

    @staticmethod
    def recent(done: list, number: int) -> object:
        return done[-1 - number % min(len(done), 4)]

    @staticmethod
    def row(account: ModelAccount) -> Account:
        return Account.objects.get(pk=account.pk)

    # --- Rules -------------------------------------------------------------------------------------

    @precondition(lambda self: sum(account.status == "Open" for account in self.accounts) < 3 + MOST_CUSTOMERS)
    @rule(limit=st.sampled_from([D(0), D(0), D("25.00"), None]), load=st.sampled_from([D("20.00"), D("60.00")]))
    def create(self, limit, load):
        created = ModelAccount(Account.objects.create(credit_limit=limit).pk, limit=limit)
        self.accounts.append(created)
        self.move(self.bank, created, load)
        self.record(facade.transfer(self.row(self.bank), self.row(created), load), self.bank, created)

    @rule(source=ANY, destination=ANY, amount=AMOUNTS)
    def transfer(self, source, destination, amount):
        source, destination = self.account(source), self.account(destination)
        done = self.both(
            lambda: self.move(source, destination, amount),
            lambda: facade.transfer(self.row(source), self.row(destination), amount),
        )
        if done:
            self.record(done, source, destination)

    @rule(source=ANY, destination=ANY, amount=st.sampled_from([D("1.00"), D("2.00")]), key=st.sampled_from("abc"))
    def transfer_with_a_key(self, source, destination, amount, key):
        source, destination = self.account(source), self.account(destination)

        def model() -> None:
            require(source is not destination)
            if key in self.keys:
                require(self.keys[key][:3] == (source, destination, amount))
            else:
                self.move(source, destination, amount)

        done = self.both(
            model, lambda: facade.transfer(self.row(source), self.row(destination), amount, idempotency_key=key)
        )
        if done and key in self.keys:
            assert done.pk == self.keys[key][3].pk
        elif done:
            self.keys[key] = (source, destination, amount, self.record(done, source, destination))

    @rule(steps=st.lists(st.tuples(ANY, ANY, AMOUNTS), min_size=2, max_size=4))
    def batch(self, steps):
        moves = [(self.account(source), self.account(destination), amount) for source, destination, amount in steps]

        def model() -> None:
            before = [(account, list(account.amounts)) for account in self.accounts]
            try:
                for move in moves:
                    self.move(*move)
            except Refused:
                for account, amounts in before:
                    account.amounts = amounts
                raise

        done = self.both(
            model,
            lambda: facade.transfer_many(
                facade.TransferRequest(source=self.row(source), destination=self.row(destination), amount=amount)
                for source, destination, amount in moves
            ),
        )
        for transfer, (source, destination, _) in zip(done or [], moves, strict=bool(done)):
            self.record(transfer, source, destination)

    @precondition(lambda self: self.transfers)
    @rule(number=ANY)
    def reverse(self, number):
        original = self.recent(self.transfers, number)

        def model() -> None:
            require(original.kind != "reversal" and original.refundable == original.amount)
            self.move(original.destination, original.source, original.amount)

        done = self.both(model, lambda: facade.reverse(Transfer.objects.get(pk=original.pk)))
        if done:
            original.undone_by.append(
                self.record(done, original.destination, original.source, kind="reversal", parent=original)
            )

    @precondition(lambda self: self.transfers)
    @rule(number=ANY, amount=AMOUNTS)
    def refund(self, number, amount):
        original = self.recent(self.transfers, number)

        def model() -> None:
            require(original.kind == "transfer" and amount <= original.refundable)
            self.move(original.destination, original.source, amount)

        done = self.both(model, lambda: facade.refund(Transfer.objects.get(pk=original.pk), amount))
        if done:
            original.undone_by.append(
                self.record(done, original.destination, original.source, kind="refund", parent=original)
            )

    @rule(number=ANY, amount=AMOUNTS)
    def hold(self, number, amount):
        account = self.account(number)

        def model() -> None:
            require(account.status == "Open" and amount <= account.available)
            account.held += amount

        done = self.both(model, lambda: facade.hold(self.row(account), amount))
        if done:
            self.holds.append(ModelHold(done.pk, account, amount))

    @precondition(lambda self: self.holds)
    @rule(number=ANY, amount=st.none() | AMOUNTS, destination=ANY)
    def capture(self, number, amount, destination):
        hold, destination = self.recent(self.holds, number), self.account(destination)
        taken = hold.amount if amount is None else amount

        def model() -> None:
            require(hold.is_open and taken <= hold.amount)
            self.move(hold.account, destination, taken, of_hold=hold.amount)
            hold.is_open = False

        done = self.both(
            model,
            lambda: facade.capture(Hold.objects.get(pk=hold.pk), amount, self.row(destination)),
        )
        if done:
            self.record(done, hold.account, destination)

    @precondition(lambda self: self.holds)
    @rule(number=ANY)
    def void(self, number):
        hold = self.recent(self.holds, number)

        def model() -> None:
            require(hold.is_open)
            hold.is_open = False
            hold.account.held -= hold.amount

        self.both(model, lambda: facade.void(Hold.objects.get(pk=hold.pk)))

    @rule()
    def release_expired_holds(self):
        open_holds = [hold for hold in self.holds if hold.is_open]
        for hold in open_holds:
            hold.is_open = False
            hold.account.held -= hold.amount

        assert facade.release_expired_holds(now=timezone.now() + datetime.timedelta(days=1)) == len(open_holds)

    @rule(number=ANY, what=st.sampled_from(sorted(NEW_STATE)))
    def freeze_or_thaw(self, number, what):
        account = self.account(number)

        def model() -> None:
            require(account.pk > self.core_pks and account.status == {"freeze": "Open", "thaw": "Frozen"}[what])
            account.status = NEW_STATE[what]

        self.both(model, lambda: getattr(facade, what)(self.row(account)))

    @rule(number=ANY, pays_out=st.booleans())
    def close(self, number, pays_out):
        account = self.account(number)
        left = account.balance

        def model() -> None:
            require(account.pk > self.core_pks and account.status != "Closed" and account.held == 0 and left >= 0)
            if left:
                require(pays_out)
                self.move(account, self.bank, left)
            account.status = "Closed"

        done = self.both(
            model, lambda: facade.close(self.row(account), remainder_to=self.row(self.bank) if pays_out else None)
        )
        if done and left:
            self.record(account and Transfer.objects.get(source=account.pk, kind="withdrawal"), account, self.bank)

    @rule(number=ANY)
    def expire(self, number):
        account = self.account(number)
        if account.pk > self.core_pks:
            account.expired = True
            Account.objects.filter(pk=account.pk).update(end_date=timezone.now() - datetime.timedelta(days=1))
        due = [account for account in self.accounts if account.expired and account.status == "Open"]
        closable = [account for account in due if account.held == 0 and account.balance >= 0]
        left = {account.pk: account.balance for account in closable}

        report = facade.close_expired_accounts()

        assert (report.closed, len(report.failures)) == (len(closable), len(due) - len(closable))
        for account in closable:
            if left[account.pk]:
                self.move(account, self.lapsed, left[account.pk])
                lapse = Transfer.objects.get(source=account.pk, kind="lapse")
                assert lapse.amount == left[account.pk]
                self.record(lapse, account, self.lapsed)
            account.status = "Closed"

    @property
    def core_pks(self) -> int:
        return max(account.pk for account in self.accounts[:3])

    # --- Invariants --------------------------------------------------------------------------------

    @invariant()
    def the_accounts_are_those_of_the_model(self):
        pks = [account.pk for account in self.accounts]
        found = Account.objects.filter(pk__in=pks).values_list("pk", "status", "balance", "held", "sequence")
        expected = [(a.pk, a.status, a.balance, a.held, len(a.amounts)) for a in self.accounts]
        assert sorted(found) == sorted(expected)

    @invariant()
    def the_journal_is_that_of_the_model(self):
        told: dict[int, list[tuple]] = {account.pk: [] for account in self.accounts}
        for account, *line in Transaction.objects.order_by("account", "sequence").values_list(
            "account", "sequence", "amount", "balance"
        ):
            told[account].append(tuple(line))
        for account in self.accounts:
            balance, expected = D(0), []
            for number, amount in enumerate(account.amounts, 1):
                balance += amount
                expected.append((number, amount, balance))
            assert told[account.pk] == expected

    @invariant()
    def every_transfer_is_one_debit_and_one_credit_of_its_amount(self):
        pairs: dict[int, list[tuple[int, D]]] = {}
        for transfer, account, amount in Transaction.objects.values_list("transfer", "account", "amount"):
            pairs.setdefault(transfer, []).append((account, amount))
        expected = {
            transfer.pk: sorted([(transfer.source_id, -transfer.amount), (transfer.destination_id, transfer.amount)])
            for transfer in Transfer.objects.all()
        }
        assert {pk: sorted(pair) for pk, pair in pairs.items()} == expected
        assert len(expected) == len(self.transfers)

    @invariant()
    def the_books_balance_and_nobody_is_overdrawn(self):
        assert sum(account.balance for account in self.accounts) == 0
        assert all(account.available >= 0 for account in self.accounts)

    @invariant()
    def held_is_the_sum_of_the_open_holds(self):
        held = Hold.objects.filter(status=Hold.Status.OPEN).values("account").annotate(total=Sum("amount"))
        assert {row["account"]: row["total"].quantize(D("0.01")) for row in held} == {
            account.pk: account.held for account in self.accounts if account.held
        }

    @invariant()
    def what_can_be_refunded_is_what_the_model_says(self):
        for transfer in self.transfers[-3:]:
            expected = transfer.refundable if transfer.kind == "transfer" else 0
            assert Transfer.objects.get(pk=transfer.pk).max_refund() == expected


@pytest.mark.slow
def test_the_ledger_does_what_the_model_does(db, engine):
    # About 20 s; HYPOTHESIS_EXAMPLES=2000 looks longer.
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "20")),
            stateful_step_count=40,
            deadline=None,
            derandomize=bool(os.environ.get("CI")),
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
