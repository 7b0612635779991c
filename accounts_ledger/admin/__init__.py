"""The finance back office: every page of the ledger in Django's admin. Each module registers its own model."""

from accounts_ledger.admin import hold, journal, verification
from accounts_ledger.admin.account.model_admin import AccountAdmin
from accounts_ledger.admin.account_type.model_admin import AccountTypeAdmin
from accounts_ledger.admin.batch.model_admin import GiftCardBatchAdmin
from accounts_ledger.admin.transfer.model_admin import TransferAdmin

__all__ = ["AccountAdmin", "AccountTypeAdmin", "GiftCardBatchAdmin", "TransferAdmin", "hold", "journal", "verification"]
