"""Transfer: one immutable business movement of money between two accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger import codes
from accounts_ledger.models.append_only import AppendOnly
from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS, ZERO, is_amount

if TYPE_CHECKING:
    from accounts_ledger.models.account import Account


class Transfer(AppendOnly):
    """One movement: debits ``source`` and credits ``destination`` with ``amount`` of their currency.

    Append-only, by this class and by the database itself. A mistake is corrected by a new transfer that names the old
    one as ``parent``. ``username`` stays when the user is deleted.
    """

    class Kind(models.TextChoices):
        LOAD = "load", _("Load")
        TOP_UP = "top-up", _("Top-up")
        REDEMPTION = "redemption", _("Redemption")
        REFUND = "refund", _("Refund")
        REVERSAL = "reversal", _("Reversal")
        LAPSE = "lapse", _("Lapse")
        WITHDRAWAL = "withdrawal", _("Withdrawal")
        ADJUSTMENT = "adjustment", _("Adjustment")
        TRANSFER = "transfer", _("Transfer")

    #: Kinds that undo another transfer, wholly or in part.
    UNDOING = (Kind.REFUND, Kind.REVERSAL)

    reference = models.CharField(_("reference"), max_length=64, default=codes.reference)
    source = models.ForeignKey(
        "accounts_ledger.Account", models.PROTECT, related_name="source_transfers", verbose_name=_("source")
    )
    destination = models.ForeignKey(
        "accounts_ledger.Account", models.PROTECT, related_name="destination_transfers", verbose_name=_("destination")
    )
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.TRANSFER)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="related_transfers",
        db_index=False,
        verbose_name=_("parent"),
        help_text=_("The transfer that this one undoes, wholly or in part."),
    )
    hold = models.ForeignKey(
        "accounts_ledger.Hold",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        db_index=False,
        verbose_name=_("hold"),
        help_text=_("The hold that this transfer captured."),
    )
    merchant_reference = models.CharField(
        _("merchant reference"), max_length=128, null=True, blank=True, help_text=_("Such as the order's number.")
    )
    description = models.CharField(_("description"), max_length=256, null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="transfers",
        db_index=False,
        verbose_name=_("user"),
    )
    username = models.CharField(_("authorised by"), max_length=150, blank=True, default="")
    idempotency_key = models.CharField(_("idempotency key"), max_length=128, null=True, blank=True)
    date_created = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=is_amount("amount"), name="transfer_amount_is_amount"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="transfer_not_its_own_parent"),
            models.CheckConstraint(condition=~Q(source=F("destination")), name="transfer_between_two_accounts"),
            models.UniqueConstraint(fields=["reference"], name="transfer_reference_unique"),
            models.UniqueConstraint(
                fields=["idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="transfer_idempotency_key_unique",
            ),
            models.UniqueConstraint(
                fields=["hold"], condition=Q(hold__isnull=False), name="transfer_captures_hold_once"
            ),
            models.UniqueConstraint(fields=["parent"], condition=Q(kind="reversal"), name="transfer_reversed_once"),
        ]
        # Every index is paid for by every transfer: those over mostly empty columns leave the empty rows out.
        indexes: ClassVar = [
            models.Index(fields=["date_created"], name="transfer_date_created"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="transfer_parent"),
            models.Index(fields=["user"], condition=Q(user__isnull=False), name="transfer_user"),
            models.Index(
                fields=["merchant_reference"],
                condition=Q(merchant_reference__isnull=False),
                name="transfer_merchant_reference",
            ),
        ]
        permissions: ClassVar = [
            ("can_reverse", _("Can reverse transfers")),
            ("can_refund", _("Can refund transfers")),
            ("export_transfer", _("Can export transfers")),
            ("view_reports", _("Can see reports")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def authorisor_username(self) -> str:
        """Who made the transfer: kept when the user is deleted, empty for the system itself."""
        return self.username

    @property
    def shown_source(self) -> Account:
        """The account that people are shown as the source: of a bulk issue's loads the one that funded it."""
        return _shown(self.source, self.destination_id)

    @property
    def shown_destination(self) -> Account:
        """The account that people are shown as the destination."""
        return _shown(self.destination, self.source_id)

    def is_reversed(self) -> bool:
        return self.related_transfers.filter(kind=self.Kind.REVERSAL).exists()

    def refunded(self) -> Decimal:
        """Return how much was given back: refunds and the reversal, less refunds that were reversed themselves."""
        undone: Any = self.related_transfers.filter(kind__in=self.UNDOING).exclude(
            related_transfers__kind=self.Kind.REVERSAL
        )
        return (undone.aggregate(total=Sum("amount"))["total"] or ZERO).quantize(ZERO)

    def max_refund(self) -> Decimal:
        """Return how much of the transfer can still be given back."""
        if self.kind in self.UNDOING:
            return ZERO
        return self.amount - self.refunded()


def _shown(account: Account, other: int) -> Account:
    """Return the account for which *account* stands, if it stands for one that is not on the *other* side already."""
    if account.stands_for_id in (None, other):
        return account
    assert account.stands_for is not None
    return account.stands_for
