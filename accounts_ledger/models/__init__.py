"""The nouns of the ledger. Nothing here moves money: see `accounts_ledger.facade`."""

from accounts_ledger.models.account import Account
from accounts_ledger.models.account_type import AccountType
from accounts_ledger.models.gift_card_batch import BatchContent, BatchEvent, BatchProblem, GiftCardBatch
from accounts_ledger.models.hold import Hold
from accounts_ledger.models.journal import AccountMapping, JournalExport
from accounts_ledger.models.transaction import Transaction
from accounts_ledger.models.transfer import Transfer
from accounts_ledger.models.verification import Verification

__all__ = [
    "Account",
    "AccountMapping",
    "AccountType",
    "BatchContent",
    "BatchEvent",
    "BatchProblem",
    "GiftCardBatch",
    "Hold",
    "JournalExport",
    "Transaction",
    "Transfer",
    "Verification",
]
