"""Transaction: one signed side of a transfer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger.models.append_only import AppendOnly
from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS, is_amount


class Transaction(AppendOnly):
    """One side of a transfer: a credit is positive, a debit negative.

    ``balance`` is the account's running balance after it and ``sequence`` its number within the account, from 1
    without gaps. Any balance of the past is one look at an index, and a lost or doubled row shows.
    """

    transfer = models.ForeignKey(
        "accounts_ledger.Transfer",
        models.PROTECT,
        related_name="transactions",
        db_index=False,
        verbose_name=_("transfer"),
    )
    account = models.ForeignKey(
        "accounts_ledger.Account",
        models.PROTECT,
        related_name="transactions",
        db_index=False,
        verbose_name=_("account"),
    )
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    balance = models.DecimalField(_("balance"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    sequence = models.BigIntegerField(_("number"))
    date_created = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="transaction_amount_not_zero"),
            models.CheckConstraint(condition=is_amount("amount", "balance"), name="transaction_amounts_are_amounts"),
            models.UniqueConstraint(fields=["account", "sequence"], name="transaction_account_sequence"),
            # At most one credit and one debit a transfer. That both exist and match is checked at commit by a trigger.
            models.UniqueConstraint(
                F("transfer"),
                Q(amount__gt=0),  # type: ignore[call-overload]  # the stubs know no condition among expressions
                name="transaction_one_credit_one_debit",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "date_created", "sequence"], name="transaction_account_date"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+} ({self.transfer_id})"
