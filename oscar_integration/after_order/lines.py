"""What the pieces of an order are worth when some of them are returned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.money import ZERO, decimals
from oscar_integration import conf
from oscar_integration.models import OrderRefund


class InvalidLines(exceptions.AccountException):
    """Not pieces of the order that can be returned: too many, none, or of another order."""


def checked(order: Any, lines: Iterable[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """Return *lines* of *order*, each once, with the quantities that are returned.

    Raises:
        InvalidLines: a quantity is not above zero, or there are fewer pieces that were not returned before.
    """
    quantities: dict[int, int] = {}
    for line, quantity in lines:
        if line.order_id != order.pk:
            raise InvalidLines(_("Line #%(line)d does not belong to this order.") % {"line": line.pk})
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity <= 0:
            raise InvalidLines(_("Enter how many items of line #%(line)d are returned.") % {"line": line.pk})
        quantities[line.pk] = quantities.get(line.pk, 0) + quantity
    found = order.lines.in_bulk(list(quantities))
    before = returned_before(order)
    for pk, quantity in quantities.items():
        left = found[pk].quantity - before.get(pk, 0)
        if quantity > left:
            raise InvalidLines(
                _("At most %(left)d items of line #%(line)d can still be returned, not %(quantity)d.")
                % {"left": left, "line": pk, "quantity": quantity}
            )
    return [(found[pk], quantity) for pk, quantity in quantities.items()]


def value(order: Any, lines: Sequence[tuple[Any, int]]) -> Decimal:
    """Return what the pieces cost, after discounts and with tax; delivery and other charges are not part of it.

    A line's price is split to the penny so that its pieces, in however many refunds, add up to the line.
    """
    before = returned_before(order)
    return sum((_share(line, before.get(line.pk, 0), quantity) for line, quantity in lines), ZERO)


def price(lines: Iterable[tuple[Any, int]]) -> Decimal:
    """Return what so many pieces cost, whatever was returned before."""
    return sum((_share(line, 0, quantity) for line, quantity in lines), ZERO)


def returned_before(order: Any) -> dict[int, int]:
    """Return how many pieces of each line were returned, or are being returned, by the line's id."""
    events = order.payment_events.filter(event_type__name__in=conf.get("ACCOUNTS_REFUND_EVENT_TYPES"))
    rows = events.order_by().values("line_quantities__line").annotate(pieces=Sum("line_quantities__quantity"))
    returned = {row["line_quantities__line"]: row["pieces"] for row in rows if row["line_quantities__line"]}
    for refund in OrderRefund.objects.filter(order=order, state=OrderRefund.State.OPEN):
        for line, quantity in refund.returned_lines:
            returned[line] = returned.get(line, 0) + quantity
    return returned


def _share(line: Any, before: int, quantity: int) -> Decimal:
    unit = Decimal(1).scaleb(-decimals(line.order.currency))
    price: Decimal = line.line_price_incl_tax

    def of_first(pieces: int) -> Decimal:
        return (price * pieces / line.quantity).quantize(unit, ROUND_HALF_UP)

    return of_first(before + quantity) - of_first(before)
