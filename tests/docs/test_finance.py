"""docs/finance.md says what the back office says: its words, and who may do what."""

from __future__ import annotations

import re

import pytest

from backoffice.roles import ROLES
from tests.docs.pages import DOCS, ROOT

PAGE = (DOCS / "finance.md").read_text()

#: The permissions behind each line of the table, without the app where it is the ledger.
TASKS = {
    "see accounts, account types, transfers, holds and batches": (
        "view_account view_accounttype view_transfer view_transaction view_hold view_giftcardbatch"
    ),
    "see reports": "view_reports",
    "issue cards, top up, freeze and thaw, upload and check imports": "can_issue can_top_up can_freeze import_account",
    "confirm imports, reverse batches, download their codes": "can_confirm_import can_reverse_batch export_codes",
    "transfer, withdraw, reverse, refund, void holds": ("can_transfer can_withdraw can_reverse can_refund can_void"),
    "edit, extend, replace and close accounts, see whole codes": (
        "change_account can_extend can_replace can_close view_account_code"
    ),
    "export accounts and transfers as files": "export_account export_transfer",
    "see journal exports and account mappings": "view_journalexport view_accountmapping",
    "make journal exports, edit account mappings": (
        "can_export_journal add_accountmapping change_accountmapping delete_accountmapping"
    ),
    "see verifications": "view_verification",
    "verify the books": "add_verification",
    "edit account types": "add_accounttype change_accounttype delete_accounttype",
    "see gift cards sold, payment attempts and refunds of orders": (
        "oscar_integration.view_giftcardsale oscar_integration.view_paymentattempt oscar_integration.view_orderrefund"
    ),
    "send a sold gift card again, issue one whose payment is not complete": (
        "oscar_integration.can_resend oscar_integration.can_issue_unpaid"
    ),
    "see blocked shoppers": "oscar_integration.view_codeattempts",
    "unblock shoppers": "oscar_integration.can_unblock",
    "see failed logins": "backoffice.view_failedlogin",
    "let somebody log in again": "backoffice.delete_failedlogin",
    "see which e-mails were sent": "backoffice.view_queuedmail",
    "have e-mails tried again": "backoffice.can_retry_mail",
    "see who was erased on request": "backoffice.view_erasure",
    "erase people on request": "backoffice.can_erase",
    "manage users, groups, sites and flat pages": " ".join(
        f"{model.partition('.')[0]}.{action}_{model.partition('.')[2]}"
        for model in ("auth.user", "auth.group", "sites.site", "flatpages.flatpage")
        for action in ("view", "add", "change", "delete")
    ),
}


def permissions(task: str) -> set[str]:
    return {name if "." in name else f"accounts_ledger.{name}" for name in TASKS[task].split()}


def table() -> tuple[list[str], dict[str, list[str]]]:
    """Return the roles of the table's head, and by task what stands below each."""
    head, _line, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.partition("## What each role may do")[2].splitlines()
        if line.startswith("|")
    ]
    return head[1:], {task: ticks for task, *ticks in rows}


def test_the_table_has_every_role_and_every_permission_of_a_role():
    heads, rows = table()

    assert heads == list(ROLES)
    assert rows.keys() == TASKS.keys()
    assert set().union(*map(permissions, TASKS)) == set().union(*ROLES.values())


@pytest.mark.parametrize("task", TASKS)
def test_a_role_is_ticked_if_it_has_all_permissions_of_the_line_and_has_none_otherwise(task):
    heads, rows = table()

    for role, tick in zip(heads, rows[task], strict=True):
        assert ROLES[role] & permissions(task) == (permissions(task) if tick else set()), role


def test_words_in_italics_are_what_the_pages_say():
    sources = [path for room in ("accounts_ledger", "backoffice") for path in (ROOT / room).rglob("*.py")]
    sources += [*(ROOT / "templates").rglob("*.html"), *(ROOT / "accounts_ledger").rglob("*.html")]
    said = re.sub(r"\s+", " ", "\n".join(path.read_text() for path in sources if "migrations" not in path.parts))
    words = set(re.findall(r"(?<![*\w])\*([^*\n]+(?:\n[^*\n]+)?)\*(?![*\w])", PAGE.partition("## Daily work")[2]))

    assert len(words) > 50
    unknown = {word for word in words if not re.search(rf"[\"'>] ?{re.escape(' '.join(word.split()))}[\"'<]", said)}
    assert unknown == set()
