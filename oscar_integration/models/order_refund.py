"""OrderRefund: money of an order that goes back, from the request until every payment source has given its part."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS


class OrderRefund(models.Model):
    """One refund, or the cancellation, of an order.

    Written under the order's lock before another system is asked for anything: what it reserves, nobody else can give
    back. Whoever finds it open and without a living process goes on where that one was stopped.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", _("Refund")
        CANCELLATION = "cancellation", _("Cancellation")

    class State(models.TextChoices):
        OPEN = "open", _("In progress")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")  # a payment method refused; what it had reserved is free again

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="account_refunds", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.REFUND)
    #: The caller's idempotency key, or one that was made up.
    key = models.CharField(_("idempotency key"), max_length=128)
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    #: Returned pieces, as pairs of line id and quantity.
    lines = models.JSONField(_("lines"), default=list, blank=True)
    event_type = models.CharField(_("payment event type"), max_length=128)
    event = models.ForeignKey(
        "order.PaymentEvent", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("payment event")
    )
    #: For a cancellation: the status that the order gets, and the note that Oscar writes with it.
    new_status = models.CharField(_("new status"), max_length=100, blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OPEN)
    problem = models.CharField(_("why it is not done"), max_length=512, blank=True, default="")
    #: The last sign of life of the process that is at it, None if there is none.
    claimed_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    date_created = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("refund of an order")
        verbose_name_plural = _("refunds of orders")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "key"], name="order_refund_key_once"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(kind="cancellation", state="open"),
                name="order_refund_one_open_cancellation",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="order_refund_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["claimed_at"], condition=Q(state="open"), name="order_refund_unfinished"),
        ]

    def __str__(self) -> str:
        return _t("%(kind)s of order %(order)s") % {"kind": self.get_kind_display(), "order": self.order.number}

    @property
    def is_cancellation(self) -> bool:
        return self.kind == self.Kind.CANCELLATION

    @property
    def returned_lines(self) -> list[tuple[int, int]]:
        """The returned pieces: pairs of line id and quantity."""
        return [(line, quantity) for line, quantity in self.lines]


class OrderRefundPart(models.Model):
    """What one payment source of the order gives back."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        GIVEN = "given", _("Given back")
        RELEASED = "released", _("Not given back")

    refund = models.ForeignKey(OrderRefund, models.CASCADE, related_name="parts", verbose_name=_("refund"))
    source = models.ForeignKey("payment.Source", models.PROTECT, related_name="+", verbose_name=_("payment source"))
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    #: What another payment method recognises a repetition by; empty for an account.
    reference = models.CharField(_("reference"), max_length=128, blank=True, default="")
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.RESERVED)
    #: The account that took the money, and the one that it replaces if that could not take it any more.
    destination = models.ForeignKey(
        "accounts_ledger.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    replaces = models.ForeignKey(
        "accounts_ledger.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("replaces")
    )

    class Meta:
        verbose_name = _("part of a refund")
        verbose_name_plural = _("parts of refunds")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="order_refund_part_not_negative"),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="order_refund_part_reference_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"{self.refund_id}/{self.pk}"

    @property
    def is_of_account(self) -> bool:
        return not self.reference


class OrderRefundCard(models.Model):
    """Value that a refund takes back from a gift card which the order had sold."""

    refund = models.ForeignKey(OrderRefund, models.CASCADE, related_name="cards", verbose_name=_("refund"))
    sale = models.ForeignKey(
        "oscar_integration.GiftCardSale", models.PROTECT, related_name="+", verbose_name=_("gift card sold")
    )
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    is_whole = models.BooleanField(_("the card is closed"))
    #: Keeps the value from being spent while another payment method is asked.
    hold = models.ForeignKey("accounts_ledger.Hold", models.PROTECT, null=True, blank=True, related_name="+")
    #: What the sale was before, should the refund be stopped.
    previous_state = models.CharField(_("previous state"), max_length=16)

    class Meta:
        verbose_name = _("gift card taken back")
        verbose_name_plural = _("gift cards taken back")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.sale}: {self.amount}"


def reserved_by_source(order: Any) -> dict[int, Any]:
    """Return how much open refunds of *order* have reserved of each payment source, by its id."""
    reserved = OrderRefundPart.objects.filter(refund__order=order, state=OrderRefundPart.State.RESERVED)
    sums = reserved.order_by().values("source").annotate(total=models.Sum("amount"))
    return {row["source"]: row["total"] for row in sums}
