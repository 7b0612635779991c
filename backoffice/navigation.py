"""The menus: the admin's sidebar, and the entries that the Oscar dashboard gets."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

REPORTS = "accounts_ledger.view_reports"


def _permitted(permission: str) -> Any:
    def check(request: HttpRequest) -> bool:
        return request.user.has_perm(permission)

    return check


def _permitted_any(*permissions: str) -> Any:
    def check(request: HttpRequest) -> bool:
        return any(request.user.has_perm(permission) for permission in permissions)

    return check


def _item(title: Any, icon: str, url_name: str, permission: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(url_name), "permission": _permitted(permission)}


def _within(url_name: str, *, but: list[dict[str, Any]]) -> dict[str, Any]:
    """Mark an item as the one that is open on the page named *url_name* and below it, but not on those of *but*."""

    def check(request: HttpRequest) -> bool:
        return request.path.startswith(reverse(url_name)) and request.path not in [item["link"] for item in but]

    return {"active": check}


def _report(title: Any, icon: str, slug: str) -> dict[str, Any]:
    address = reverse_lazy("ledger_reports:report", args=[slug])
    return {"title": title, "icon": icon, "link": address, "permission": _permitted(REPORTS)}


_NEW_TRANSFER = _item(
    _("New transfer"),
    "add_circle",
    "admin:accounts_ledger_transfer_new_transfer",
    "accounts_ledger.can_transfer",
)

#: Those that have an entry of their own; the others are open under "All reports".
_USUAL_REPORTS = [
    _report(_("Deferred income"), "savings", "deferred-income"),
    _report(_("Profit and loss"), "trending_up", "profit-loss"),
    _report(_("Trial balance"), "balance", "trial-balance"),
]

#: In the menu behind one's own name.
ACCOUNT_LINKS: list[dict[str, Any]] = [
    {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
    {"title": _("Two-step login"), "link": reverse_lazy("second_factor:status")},
]

SIDEBAR: dict[str, Any] = {
    "show_search": True,
    "command_search": True,
    "show_all_applications": False,
    "navigation": [
        {
            "items": [
                {
                    "title": _("Dashboard"),
                    "icon": "space_dashboard",
                    "link": reverse_lazy("admin:index"),
                    "permission": lambda request: True,
                },
            ],
        },
        {
            "title": _("Accounts"),
            "items": [
                _item(
                    _("Accounts"),
                    "account_balance_wallet",
                    "admin:accounts_ledger_account_changelist",
                    "accounts_ledger.view_account",
                ),
                _item(_("Holds"), "lock_clock", "admin:accounts_ledger_hold_changelist", "accounts_ledger.view_hold"),
            ],
        },
        {
            "title": _("Transfers"),
            "items": [
                _item(
                    _("Transfers"),
                    "sync_alt",
                    "admin:accounts_ledger_transfer_changelist",
                    "accounts_ledger.view_transfer",
                )
                | _within("admin:accounts_ledger_transfer_changelist", but=[_NEW_TRANSFER]),
                _NEW_TRANSFER,
            ],
        },
        {
            "title": _("Shop"),
            "items": [
                _item(
                    _("Gift cards sold"),
                    "redeem",
                    "admin:oscar_integration_giftcardsale_changelist",
                    "oscar_integration.view_giftcardsale",
                ),
                _item(
                    _("Payment attempts"),
                    "credit_score",
                    "admin:oscar_integration_paymentattempt_changelist",
                    "oscar_integration.view_paymentattempt",
                ),
                _item(
                    _("Refunds of orders"),
                    "undo",
                    "admin:oscar_integration_orderrefund_changelist",
                    "oscar_integration.view_orderrefund",
                ),
            ],
        },
        {
            "title": _("Imports"),
            "items": [
                {
                    "title": _("Gift card batches"),
                    "icon": "upload_file",
                    "link": reverse_lazy("admin:accounts_ledger_giftcardbatch_changelist"),
                    "permission": _permitted_any(
                        "accounts_ledger.view_giftcardbatch",
                        "accounts_ledger.import_account",
                        "accounts_ledger.can_confirm_import",
                    ),
                },
            ],
        },
        {
            "title": _("Reports"),
            "items": [
                _item(_("All reports"), "summarize", "ledger_reports:index", REPORTS)
                | _within("ledger_reports:index", but=_USUAL_REPORTS),
                *_USUAL_REPORTS,
                _item(
                    _("Journal exports"),
                    "outbox",
                    "admin:accounts_ledger_journalexport_changelist",
                    "accounts_ledger.view_journalexport",
                ),
                _item(
                    _("Verifications"),
                    "fact_check",
                    "admin:accounts_ledger_verification_changelist",
                    "accounts_ledger.view_verification",
                ),
            ],
        },
        {
            "title": _("Set-up"),
            "items": [
                _item(
                    _("Account types"),
                    "account_tree",
                    "admin:accounts_ledger_accounttype_changelist",
                    "accounts_ledger.view_accounttype",
                ),
                _item(
                    _("Blocked shoppers"),
                    "block",
                    "admin:oscar_integration_codeattempts_changelist",
                    "oscar_integration.view_codeattempts",
                ),
                _item(
                    _("Account mappings"),
                    "conversion_path",
                    "admin:accounts_ledger_accountmapping_changelist",
                    "accounts_ledger.view_accountmapping",
                ),
                _item(
                    _("Failed logins"),
                    "lock_person",
                    "admin:backoffice_failedlogin_changelist",
                    "backoffice.view_failedlogin",
                ),
                _item(
                    _("E-mails"),
                    "mail",
                    "admin:backoffice_queuedmail_changelist",
                    "backoffice.view_queuedmail",
                ),
                _item(_("Users"), "person", "admin:auth_user_changelist", "auth.view_user"),
                _item(_("Groups"), "group", "admin:auth_group_changelist", "auth.view_group"),
            ],
        },
    ],
}


def _staff_with(permission: str) -> Any:
    def access(user: Any, url_name: str, url_args: Any = None, url_kwargs: Any = None) -> bool:
        return user.is_staff and user.has_perm(permission)

    return access


OSCAR_DASHBOARD_ENTRIES: list[dict[str, Any]] = [
    {
        "label": _("Managed accounts"),
        "icon": "fas fa-gift",
        "children": [
            {
                "label": _("Accounts"),
                "url_name": "admin:accounts_ledger_account_changelist",
                "access_fn": _staff_with("accounts_ledger.view_account"),
            },
            {
                "label": _("Transfers"),
                "url_name": "admin:accounts_ledger_transfer_changelist",
                "access_fn": _staff_with("accounts_ledger.view_transfer"),
            },
            {
                "label": _("Deferred income report"),
                "url_name": "ledger_reports:report",
                "url_kwargs": {"slug": "deferred-income"},
                "access_fn": _staff_with(REPORTS),
            },
            {
                "label": _("Profit/loss report"),
                "url_name": "ledger_reports:report",
                "url_kwargs": {"slug": "profit-loss"},
                "access_fn": _staff_with(REPORTS),
            },
        ],
    }
]
