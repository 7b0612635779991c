"""The demo card's refunds. No card exists, nobody gets anything."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

logger = logging.getLogger("oscar_integration")


def refund(source: Any, amount: Decimal, reference: str) -> None:
    """Pretend to give *amount* of the payment *source* back; ``ACCOUNTS_REFUND_REMAINDER`` of the example shop."""
    logger.info("Demo card: %s given back of %s under %s", amount, source.reference, reference)
