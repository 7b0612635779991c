"""Which tests need no second database, and why: `make test` runs these on PostgreSQL only, all others on SQLite, too.

PostgreSQL is the stricter of the two (types, zero characters, transactions that have failed), and what shops run on.
What is not named here depends on the engine: posting, guards, sums, imports, journals, verification, checkout, what is
counted, and each page once. A new test runs on both until somebody names it here with the reason.

``TEST_ENGINE=sqlite .venv/bin/python -m pytest tests/…`` runs them on SQLite as well: only `make` leaves them out.
"""

from __future__ import annotations

import pytest

#: Files, or tests in them (all cases whose name begins so), by the reason for which the engine is nothing to them.
ONCE: dict[str, tuple[str, ...]] = {
    "asks no database": (
        "tests/backoffice/test_env.py",
        "tests/backoffice/test_make_helpers.py",
        "tests/backoffice/test_requirements.py",
        "tests/benchmarks/",
        "tests/security/test_audit.py",
        "tests/security/test_clean_html.py",
        "tests/security/test_templates.py",
    ),
    "is about words and files of the repository; where commands are run, they bring their own database": (
        "tests/docs/test_commands.py",
        "tests/docs/test_developers.py",
        "tests/docs/test_finance.py",
        "tests/docs/test_glossary.py",
        "tests/docs/test_references.py",
        "tests/oscar_integration/test_add_to_your_oscar_project.py",
    ),
    "is decided before a query is made: by headers, sessions, middleware, or the guard of lists": (
        "tests/backoffice/demo/test_password.py",
        "tests/backoffice/operations/test_logs.py",
        "tests/backoffice/operations/test_nginx.py",
        "tests/backoffice/test_guarded_lists.py::test_no_lookup_on_any_field_is_answered",
        "tests/backoffice/test_guarded_lists.py::test_pages_of_lists_say_the_same_whether_a_guessed_code",
        "tests/security/test_content_policy.py",
        "tests/security/test_logging_out.py",
        "tests/security/test_requests.py",
        "tests/security/test_second_factor.py",
        "tests/security/test_staff_session.py",
        "tests/security/test_uploads.py",
    ),
    "walks through all pages to see what stands on them; that each opens on SQLite, test_permissions shows": (
        "tests/backoffice/test_confirmed_pages.py",
        "tests/backoffice/test_links.py",
        "tests/accounts_ledger/reports/test_pages.py::test_every_link_of_a_report_leads_to_a_page",
        "tests/oscar_integration/selling/test_no_page_shows_codes.py",
        "tests/security/test_stored_xss.py",
    ),
    "asks the same pages once more for another role, by permissions that are looked up alike": (
        *(
            f"tests/backoffice/test_permissions.py::{test}[{case}{role}"
            for test, cases in (
                ("test_every_address_answers_each_role_as_the_table_says", ("get-", "post-")),
                ("test_no_role_reaches_into_the_shop_or_other_packages", ("",)),
            )
            for case in cases
            for role in ("Viewer", "Clerk", "Auditor")
        ),
    ),
    "is about what pages of the admin show, ask and refuse; what they do, the facade's own tests show on both": (
        "tests/accounts_ledger/admin/account/test_bulk.py",
        "tests/accounts_ledger/admin/account/test_detail.py",
        "tests/accounts_ledger/admin/account/test_find.py",
        "tests/accounts_ledger/admin/account/test_form.py",
        "tests/accounts_ledger/admin/account/test_issue.py",
        "tests/accounts_ledger/admin/account/test_money.py",
        "tests/accounts_ledger/admin/account/test_state.py",
        "tests/accounts_ledger/admin/account_type/",
        "tests/accounts_ledger/admin/test_confirmation.py",
        "tests/accounts_ledger/admin/test_hold.py",
        "tests/accounts_ledger/admin/test_mapping.py",
        "tests/accounts_ledger/admin/transfer/test_posting.py",
        "tests/accounts_ledger/imports/test_pages.py",
        "tests/accounts_ledger/imports/test_sight.py",
        "tests/accounts_ledger/imports/test_two_people.py",
        "tests/backoffice/people/",
        "tests/backoffice/test_admin_look.py",
        "tests/backoffice/test_empty_list.py",
        "tests/backoffice/test_error_pages.py",
        "tests/backoffice/test_roles.py",
    ),
    "is refused by a form or by a reader of files, before the ledger is asked": (
        "tests/accounts_ledger/imports/test_hostile_files.py::test_no_damage_leads_to_a_crash_or_a_partial_load",
        "tests/oscar_integration/after_order/test_refunds.py::test_what_is_no_amount_is_refused",
    ),
    "repeats for each step what test_when_a_step_fails… shows on both engines: what was taken is given back": (
        "tests/oscar_integration/after_order/test_crashes.py",
        "tests/oscar_integration/test_checkout_redirects.py::TestRedirects::test_whatever_fails_after_the_bank",
        "tests/oscar_integration/test_checkout_remainder.py::test_when_the_server_is_killed_at_a_step",
    ),
    "is about the shop's pages for staff and customers; the operations behind them are tested on both beside it": (
        "tests/oscar_integration/after_order/test_by_hand.py",
        "tests/oscar_integration/after_order/test_confirmed.py",
        "tests/oscar_integration/after_order/test_dashboard.py",
        "tests/oscar_integration/after_order/test_lines.py",
        "tests/oscar_integration/after_order/test_missing_rows.py",
        "tests/oscar_integration/after_order/test_reviewed.py",
        "tests/oscar_integration/customer/",
        "tests/oscar_integration/test_order_refund_admin.py",
        "tests/oscar_integration/test_payment_attempt_admin.py",
    ),
}


def is_named(test: str) -> bool:
    """Whether the *test* with this node id needs no second engine."""
    return any(test.startswith(name) for names in ONCE.values() for name in names)


def mark(item: pytest.Item) -> None:
    """Mark *item* if it is named above. One that PostgreSQL skips would run nowhere then, and is an error."""
    if not is_named(item.nodeid):
        return
    item.add_marker(pytest.mark.any_engine)
    reasons = [skip.kwargs.get("reason", "") for skip in item.iter_markers("skipif")]
    if any("SQLite" in reason or "sqlite" in reason for reason in reasons):
        raise pytest.UsageError(f"{item.nodeid} is skipped on one engine: tests/any_engine.py cannot name it.")
