"""What a list says while there is nothing on it: what will be there, and how the first one comes about."""

from __future__ import annotations

from typing import Any


class EmptyList:
    """Mixin of the admin. The page offers the list's own actions beside the text, or to clear search and filters."""

    change_list_template: Any = "admin/accounts_ledger/change_list.html"
    #: A sentence or two for whoever sees the list for the first time.
    empty_text: Any = ""
