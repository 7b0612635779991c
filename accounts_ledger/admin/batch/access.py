"""Who sees what a batch's file says: rows and errors have codes in them, and whoever has a code has the money."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts_ledger.imports.second_person import is_uploader
from accounts_ledger.models import GiftCardBatch

#: Until it is loaded or cancelled a batch has its file; then the file is gone.
_WITH_FILE = (GiftCardBatch.State.UPLOADED, GiftCardBatch.State.CHECKED, GiftCardBatch.State.FAILED)


def has_rows(batch: GiftCardBatch) -> bool:
    """Return whether there is a file of *batch* to look into."""
    return batch.has_file and batch.state in _WITH_FILE


def may_see_rows(batch: GiftCardBatch, user: Any) -> bool:
    """Return whether *user* may see what is in the file of *batch*: who uploaded it, and who may see codes."""
    return is_uploader(batch, user) or user.has_perm("accounts_ledger.view_account_code")


def open_rows(batch: GiftCardBatch, user: Any) -> None:
    """Let *user* see what is in the file of *batch*, and record who looks at the file of somebody else.

    Raises:
        PermissionDenied: it is neither theirs nor may they see codes, or there is no file (any more).
    """
    if not (has_rows(batch) and may_see_rows(batch, user)):
        raise PermissionDenied
    if not is_uploader(batch, user):
        batch.remark(_("Rows of the file seen"), user)
