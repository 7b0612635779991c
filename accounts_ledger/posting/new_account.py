"""NewAccount: an account that is to be created together with its first load."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

from accounts_ledger.models import Account


class NewAccount(NamedTuple):
    """One of very many accounts to be issued: plain values, because model instances of all of them take long to make.

    ``amount`` is its first load, in the currency of the source that pays for it; the account is in that currency too.
    Moments are aware. ``code`` may be as it was typed: it is brought into the form in which codes are stored.
    """

    code: str
    amount: Decimal
    status: str = Account.OPEN
    account_type_id: int | None = None
    start_date: datetime.datetime | None = None
    end_date: datetime.datetime | None = None
    primary_user_id: int | None = None
    holder_email: str = ""
    description: str = ""
    product_range_id: int | None = None
    batch_id: int | None = None
