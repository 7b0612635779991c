"""Who may do what: every admin address of our own models × every role × GET and POST. Nothing outside the table exists.

A denied request is answered 403, or 405 where nobody may use the method at all. An allowed one is answered anything
else: the page, its form with errors, a redirect. Every POST is empty, so that nothing moves.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts_ledger.models import GiftCardBatch
from backoffice import roles
from tests.backoffice.admin_addresses import address_of, admin_addresses, is_of_a_model, is_own, sample_objects

VIEWER, CLERK, MANAGER, AUDITOR, SYSADMIN = (
    roles.VIEWER,
    roles.CLERK,
    roles.MANAGER,
    roles.AUDITOR,
    roles.SYSTEM_ADMINISTRATOR,
)
ROLES = (VIEWER, CLERK, MANAGER, AUDITOR, SYSADMIN)

ALL = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
CLERKS = frozenset({CLERK, MANAGER})
MANAGERS = frozenset({MANAGER})
SYSADMINS = frozenset({SYSADMIN})
SET_UP = MANAGERS | SYSADMINS
REPORTS = frozenset({VIEWER, MANAGER, AUDITOR})
EXPORTS = frozenset({MANAGER, AUDITOR})
VERIFICATIONS = frozenset({MANAGER, AUDITOR, SYSADMIN})
LOGINS = frozenset({AUDITOR, SYSADMIN})

#: Address by name: who may GET it, who may POST to it.
TABLE: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # Every member of staff.
    "admin:index": (ALL, ALL),
    "admin:search": (NOBODY, ALL),
    "admin:jsi18n": (ALL, NOBODY),
    "admin:password_change": (ALL, ALL),
    "admin:password_change_done": (ALL, NOBODY),
    # Accounts.
    "admin:accounts_ledger_account_changelist": (ALL, ALL),
    "admin:accounts_ledger_account_change": (ALL, MANAGERS),
    "admin:accounts_ledger_account_history": (ALL, ALL),
    "admin:accounts_ledger_account_simple_history": (ALL, NOBODY),
    "admin:accounts_ledger_account_add": (CLERKS, CLERKS),
    "admin:accounts_ledger_account_delete": (NOBODY, NOBODY),
    "admin:accounts_ledger_account_top_up": (CLERKS, CLERKS),
    "admin:accounts_ledger_account_freeze": (CLERKS, CLERKS),
    "admin:accounts_ledger_account_thaw": (CLERKS, CLERKS),
    "admin:accounts_ledger_account_withdraw": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_account_transfer_out": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_account_extend": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_account_replace": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_account_close": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_account_close_expired": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_account_reveal": (NOBODY, MANAGERS),
    "admin:accounts_ledger_account_export": (EXPORTS, EXPORTS),
    "admin:accounts_ledger_account_find": (NOBODY, ALL),
    "admin:accounts_ledger_account_holders": (MANAGERS, MANAGERS),
    # Transfers.
    "admin:accounts_ledger_transfer_changelist": (ALL, ALL),
    "admin:accounts_ledger_transfer_change": (ALL, NOBODY),
    "admin:accounts_ledger_transfer_history": (ALL, ALL),
    "admin:accounts_ledger_transfer_add": (NOBODY, NOBODY),
    "admin:accounts_ledger_transfer_delete": (NOBODY, NOBODY),
    "admin:accounts_ledger_transfer_new_transfer": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_transfer_reverse_transfer": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_transfer_refund_transfer": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_transfer_accounts": (NOBODY, ALL),
    "admin:accounts_ledger_transfer_export": (EXPORTS, EXPORTS),
    # Holds.
    "admin:accounts_ledger_hold_changelist": (ALL, ALL),
    "admin:accounts_ledger_hold_change": (ALL, NOBODY),
    "admin:accounts_ledger_hold_history": (ALL, ALL),
    "admin:accounts_ledger_hold_add": (NOBODY, NOBODY),
    "admin:accounts_ledger_hold_delete": (NOBODY, NOBODY),
    "admin:accounts_ledger_hold_void_hold": (MANAGERS, MANAGERS),
    # Account types.
    "admin:accounts_ledger_accounttype_changelist": (ALL, ALL),
    "admin:accounts_ledger_accounttype_change": (ALL, SET_UP),
    "admin:accounts_ledger_accounttype_history": (ALL, ALL),
    "admin:accounts_ledger_accounttype_simple_history": (ALL, NOBODY),
    "admin:accounts_ledger_accounttype_add": (SET_UP, SET_UP),
    "admin:accounts_ledger_accounttype_delete": (SET_UP, SET_UP),
    # Bulk imports.
    "admin:accounts_ledger_giftcardbatch_changelist": (ALL, ALL),
    "admin:accounts_ledger_giftcardbatch_change": (ALL, NOBODY),
    "admin:accounts_ledger_giftcardbatch_history": (ALL, ALL),
    "admin:accounts_ledger_giftcardbatch_add": (NOBODY, NOBODY),
    "admin:accounts_ledger_giftcardbatch_delete": (NOBODY, NOBODY),
    "admin:accounts_ledger_giftcardbatch_upload_file": (CLERKS, CLERKS),
    "admin:accounts_ledger_giftcardbatch_reading": (CLERKS, CLERKS),
    "admin:accounts_ledger_giftcardbatch_confirm": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_giftcardbatch_progress": (ALL, NOBODY),
    "admin:accounts_ledger_giftcardbatch_issue_cards": (CLERKS, CLERKS),
    "admin:accounts_ledger_giftcardbatch_sample": (CLERKS, NOBODY),
    "admin:accounts_ledger_giftcardbatch_problems": (CLERKS, NOBODY),
    "admin:accounts_ledger_giftcardbatch_cancel": (CLERKS, CLERKS),
    "admin:accounts_ledger_giftcardbatch_restart": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_giftcardbatch_reverse": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_giftcardbatch_freeze": (CLERKS, CLERKS),
    "admin:accounts_ledger_giftcardbatch_thaw": (CLERKS, CLERKS),
    "admin:accounts_ledger_giftcardbatch_extend": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_giftcardbatch_codes": (MANAGERS, MANAGERS),
    # Verifications and reports.
    "admin:accounts_ledger_verification_changelist": (VERIFICATIONS, VERIFICATIONS),
    "admin:accounts_ledger_verification_change": (VERIFICATIONS, NOBODY),
    "admin:accounts_ledger_verification_history": (VERIFICATIONS, VERIFICATIONS),
    "admin:accounts_ledger_verification_add": (NOBODY, NOBODY),
    "admin:accounts_ledger_verification_delete": (NOBODY, NOBODY),
    "admin:accounts_ledger_verification_run_verification": (frozenset({AUDITOR}), frozenset({AUDITOR})),
    "ledger_reports:index": (REPORTS, NOBODY),
    "ledger_reports:report": (REPORTS, REPORTS),
    # The journal for the general ledger.
    "admin:accounts_ledger_journalexport_changelist": (EXPORTS, EXPORTS),
    "admin:accounts_ledger_journalexport_change": (EXPORTS, NOBODY),
    "admin:accounts_ledger_journalexport_history": (EXPORTS, EXPORTS),
    "admin:accounts_ledger_journalexport_add": (NOBODY, NOBODY),
    "admin:accounts_ledger_journalexport_delete": (NOBODY, NOBODY),
    "admin:accounts_ledger_journalexport_new_export": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_accountmapping_changelist": (EXPORTS, EXPORTS),
    "admin:accounts_ledger_accountmapping_change": (EXPORTS, MANAGERS),
    "admin:accounts_ledger_accountmapping_history": (EXPORTS, EXPORTS),
    "admin:accounts_ledger_accountmapping_simple_history": (EXPORTS, NOBODY),
    "admin:accounts_ledger_accountmapping_add": (MANAGERS, MANAGERS),
    "admin:accounts_ledger_accountmapping_delete": (MANAGERS, MANAGERS),
    # Visitors who tried too many codes.
    "admin:oscar_integration_codeattempts_changelist": (VERIFICATIONS, VERIFICATIONS),
    "admin:oscar_integration_codeattempts_change": (VERIFICATIONS, NOBODY),
    "admin:oscar_integration_codeattempts_history": (VERIFICATIONS, VERIFICATIONS),
    "admin:oscar_integration_codeattempts_add": (NOBODY, NOBODY),
    "admin:oscar_integration_codeattempts_delete": (NOBODY, NOBODY),
    # Two-step login: one's own, and somebody else's.
    "second_factor:status": (ALL, NOBODY),
    "second_factor:verify": (ALL, ALL),
    "second_factor:set_up": (ALL, ALL),
    "second_factor:backup_codes": (ALL, ALL),
    "second_factor:turn_off": (ALL, ALL),
    "second_factor:remove": (SYSADMINS, SYSADMINS),
    # Failed logins.
    "admin:backoffice_failedlogin_changelist": (LOGINS, LOGINS),
    "admin:backoffice_failedlogin_change": (LOGINS, NOBODY),
    "admin:backoffice_failedlogin_history": (LOGINS, LOGINS),
    "admin:backoffice_failedlogin_add": (NOBODY, NOBODY),
    "admin:backoffice_failedlogin_delete": (NOBODY, NOBODY),
    # The record of erasures.
    "admin:backoffice_erasure_changelist": (LOGINS, LOGINS),
    "admin:backoffice_erasure_change": (LOGINS, NOBODY),
    "admin:backoffice_erasure_history": (LOGINS, LOGINS),
    "admin:backoffice_erasure_add": (NOBODY, NOBODY),
    "admin:backoffice_erasure_delete": (NOBODY, NOBODY),
    # E-mails waiting, were sent or could not be.
    "admin:backoffice_queuedmail_changelist": (LOGINS, LOGINS),
    "admin:backoffice_queuedmail_change": (LOGINS, NOBODY),
    "admin:backoffice_queuedmail_history": (LOGINS, LOGINS),
    "admin:backoffice_queuedmail_add": (NOBODY, NOBODY),
    "admin:backoffice_queuedmail_delete": (NOBODY, NOBODY),
    # The shop: gift cards sold, payments under way.
    "admin:oscar_integration_giftcardsale_changelist": (EXPORTS, EXPORTS),
    "admin:oscar_integration_giftcardsale_change": (EXPORTS, NOBODY),
    "admin:oscar_integration_giftcardsale_history": (EXPORTS, EXPORTS),
    "admin:oscar_integration_giftcardsale_add": (NOBODY, NOBODY),
    "admin:oscar_integration_giftcardsale_delete": (NOBODY, NOBODY),
    "admin:oscar_integration_giftcardsale_issue_now": (MANAGERS, MANAGERS),
    "admin:oscar_integration_paymentattempt_changelist": (EXPORTS, EXPORTS),
    "admin:oscar_integration_paymentattempt_change": (EXPORTS, NOBODY),
    "admin:oscar_integration_paymentattempt_history": (EXPORTS, EXPORTS),
    "admin:oscar_integration_paymentattempt_add": (NOBODY, NOBODY),
    "admin:oscar_integration_paymentattempt_delete": (NOBODY, NOBODY),
    "admin:oscar_integration_orderrefund_changelist": (EXPORTS, EXPORTS),
    "admin:oscar_integration_orderrefund_change": (EXPORTS, NOBODY),
    "admin:oscar_integration_orderrefund_history": (EXPORTS, EXPORTS),
    "admin:oscar_integration_orderrefund_add": (NOBODY, NOBODY),
    "admin:oscar_integration_orderrefund_delete": (NOBODY, NOBODY),
    # People.
    "admin:auth_user_changelist": (SYSADMINS, SYSADMINS),
    "admin:auth_user_change": (SYSADMINS, SYSADMINS),
    "admin:auth_user_history": (SYSADMINS, SYSADMINS),
    "admin:auth_user_add": (SYSADMINS, SYSADMINS),
    "admin:auth_user_delete": (SYSADMINS, SYSADMINS),
    "admin:auth_user_password_change": (SYSADMINS, SYSADMINS),
    "admin:auth_group_changelist": (SYSADMINS, SYSADMINS),
    "admin:auth_group_change": (SYSADMINS, SYSADMINS),
    "admin:auth_group_history": (SYSADMINS, SYSADMINS),
    "admin:auth_group_add": (SYSADMINS, SYSADMINS),
    "admin:auth_group_delete": (SYSADMINS, SYSADMINS),
}
#: Open to everybody, or without a permission of their own to test.
PUBLIC = {"admin:login", "admin:logout", "admin:app_list", "admin:autocomplete", "admin:view_on_site"}

#: Actions on a selection, by model: who is offered them.
ACTIONS: dict[str, dict[str, frozenset[str]]] = {
    "accounts_ledger.account": {
        "freeze_selected": CLERKS,
        "thaw_selected": CLERKS,
        "extend_selected": MANAGERS,
        "close_expired_selected": MANAGERS,
        "export_selected": EXPORTS,
    },
    "accounts_ledger.accounttype": {},
    "accounts_ledger.transfer": {},
    "accounts_ledger.hold": {},
    "accounts_ledger.giftcardbatch": {},
    "accounts_ledger.journalexport": {},
    "accounts_ledger.accountmapping": {"delete_selected": MANAGERS},
    "accounts_ledger.verification": {},
    "oscar_integration.codeattempts": {"unblock": SET_UP},
    "backoffice.failedlogin": {"unblock": SYSADMINS},
    "backoffice.erasure": {},
    "backoffice.queuedmail": {"try_again": SYSADMINS},
    "oscar_integration.giftcardsale": {"send_again": MANAGERS},
    "oscar_integration.paymentattempt": {},
    "oscar_integration.orderrefund": {},
    "auth.user": {},
    "auth.group": {},
}


def test_no_address_exists_outside_the_table():
    assert {name for name in admin_addresses() if is_own(name)} == TABLE.keys() | PUBLIC


def test_no_action_exists_outside_the_table(db):
    request = RequestFactory().get("/")
    request.user = get_user_model().objects.create_superuser("boss")
    offered = {
        model._meta.label_lower: set(model_admin.get_actions(request))
        for model, model_admin in admin.site._registry.items()
        if model._meta.label_lower in ACTIONS
    }

    assert offered == {model: set(actions) for model, actions in ACTIONS.items()}


@pytest.fixture
def member(db):
    """Return a function that makes a member of staff with a role."""

    def make(role: str):
        user = get_user_model().objects.create_user(
            f"the-{role}", f"{role.replace(' ', '')}@example.com", is_staff=True
        )
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def objects(db) -> dict[str, Any]:
    return sample_objects()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_answers_each_role_as_the_table_says(member, objects, books, role, method):
    client = Client(raise_request_exception=True)
    user = member(role)
    client.force_login(user)
    # Rows of a batch's file are for who uploaded it, beside the role.
    GiftCardBatch.objects.update(user=user)
    column = 0 if method == "get" else 1

    wrong = {}
    for name, row in TABLE.items():
        response = getattr(client, method)(address_of(name, objects))
        denied = response.status_code in (403, 405)
        asked_to_log_in = response.status_code == 302 and "/login/" in response.url
        if asked_to_log_in or response.status_code >= 500 or denied == (role in row[column]):
            wrong[name] = response.status_code

    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_every_action_is_offered_to_each_role_as_the_table_says(member, role):
    request = RequestFactory().get("/")
    request.user = member(role)

    for model, model_admin in admin.site._registry.items():
        expected = ACTIONS.get(model._meta.label_lower)
        if expected is not None:
            offered = set(model_admin.get_actions(request))
            assert offered == {name for name, allowed in expected.items() if role in allowed}, model


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reaches_into_the_shop_or_other_packages(member, role):
    """But for the system administrator's sites and flat pages."""
    client = Client()
    client.force_login(member(role))
    allowed = {"sites_site", "flatpages_flatpage"} if role == SYSADMIN else set()

    reached = set()
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        if model._meta.label_lower not in ACTIONS:
            responses = [client.get(reverse(f"admin:{name}_{page}")) for page in ("changelist", "add")]
            responses.append(client.post(reverse(f"admin:{name}_change", args=("1",))))
            responses.append(client.post(reverse(f"admin:{name}_delete", args=("1",))))
            if any(response.status_code != 403 for response in responses):
                reached.add(name)

    assert reached == allowed


def test_whoever_is_not_staff_is_sent_to_the_login(db, objects, client):
    client.force_login(objects["user"])

    for name in TABLE:
        response = client.get(address_of(name, objects))
        assert response.status_code in (302, 403, 405), name


def test_staff_without_a_role_sees_nothing_of_the_ledger(db, objects, client):
    client.force_login(get_user_model().objects.create_user("new", is_staff=True))

    for name in TABLE:
        if is_of_a_model(name.split(":")[1]) and not name.endswith("_history"):
            assert client.get(address_of(name, objects)).status_code in (403, 405), name
