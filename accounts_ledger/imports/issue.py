"""Cards without a file: "N cards of so much", by the same path as an import."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import dates
from accounts_ledger import limits as value_limits
from accounts_ledger.exceptions import AccountException, InvalidAmount
from accounts_ledger.imports import content, limits
from accounts_ledger.imports.card import CardRow
from accounts_ledger.imports.options import Options, check_texts
from accounts_ledger.imports.totals import Totals
from accounts_ledger.models import Account, AccountType, GiftCardBatch
from accounts_ledger.money import LARGEST, amount_of


def draft(
    count: int,
    amount: Decimal,
    *,
    source: Account,
    account_type: AccountType,
    options: Options | None = None,
    name: str = "",
    user: Any = None,
) -> GiftCardBatch:
    """Return a checked batch of *count* cards of *amount* each, which is then confirmed and loaded like any other.

    Raises:
        AccountException: the amount is outside the site's limits, the dates are in the wrong order, there are too many
            cards, or a text is too long.
    """
    options = options or Options()
    check_texts(name, options)
    if not 1 <= count <= limits.MAX_ROWS:
        raise AccountException(_("Between 1 and %s cards can be issued at once.") % f"{limits.MAX_ROWS:,}")
    value = amount_of(amount, source.currency)
    value_limits.check_load(value, source.currency)
    value_limits.check_initial(value, source.currency)
    if value * count > LARGEST:
        raise InvalidAmount(_("A balance may not go beyond %s.") % LARGEST)
    start, end = _moments(options)
    totals = Totals()
    with transaction.atomic():
        batch = GiftCardBatch.objects.create(
            name=name,
            source=source,
            account_type=account_type,
            currency=source.currency,
            user=user,
            username=user.get_username() if user else "",
            options={"choices": options.as_json()},
        )
        card = CardRow(
            0, None, str(value), Account.OPEN, account_type.pk, start, end, None, "", options.description,
            options.product_range,
        )  # fmt: skip
        for number, first in enumerate(range(0, count, limits.CHUNK)):
            last = min(first + limits.CHUNK, count)
            content.store_rows(batch, number, [card._replace(number=n + 1) for n in range(first, last)])
        totals.count, totals.value = count, value * count
        totals.smallest = totals.largest = value
        totals.by_type = {account_type.pk: [count, value * count]}
        batch.state = GiftCardBatch.State.CHECKED
        batch.rows = batch.processed = batch.cards = count
        batch.totals = totals.as_json()
        batch.date_checked = timezone.now()
        batch.save()
        batch.remark(_("Drafted"), user)
    return batch


def _moments(options: Options) -> tuple[str | None, str | None]:
    start: datetime.datetime | None = dates.start_of(options.start) if options.start else None
    end = dates.end_of(options.end) if options.end else None
    if start and end and start >= end:
        raise AccountException(_("The cards would end before they start."))
    if end and end <= timezone.now():
        raise AccountException(_("The cards would have ended already."))
    return (start.isoformat() if start else None, end.isoformat() if end else None)
