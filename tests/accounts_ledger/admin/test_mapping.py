"""The form that says what the general ledger calls an account, and its list."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts_ledger.models import AccountMapping

ADD = reverse("admin:accounts_ledger_accountmapping_add")
LIST = reverse("admin:accounts_ledger_accountmapping_changelist")

JUNK = ["abc", "-1", "1e400", "NaN", "9" * 30, "9" * 19, "\x00", "\N{BOMB}"]


def entered(**changes):
    return {"account_type": "", "account": "", "code": "2100", "name": "Gift cards", "tax_rate": "", **changes}


def test_an_account_can_be_mapped(boss_client, bank):
    boss_client.post(ADD, entered(account=bank.pk))

    assert AccountMapping.objects.get().account == bank


def test_an_account_type_can_be_mapped(boss_client, bank):
    boss_client.post(ADD, entered(account_type=bank.account_type_id))

    assert AccountMapping.objects.get().account_type == bank.account_type


def test_both_at_once_are_refused_on_the_form(boss_client, bank):
    response = boss_client.post(ADD, entered(account=bank.pk, account_type=bank.account_type_id))

    assert "Choose either an account type or an account." in response.content.decode()
    assert not AccountMapping.objects.exists()


@pytest.mark.parametrize("field", ["account", "account_type"])
@pytest.mark.parametrize("junk", JUNK)
def test_unknown_accounts_and_types_are_refused_on_the_form(boss_client, field, junk):
    response = boss_client.post(ADD, entered(**{field: junk}))

    assert response.context["adminform"].errors
    assert not AccountMapping.objects.exists()


@pytest.mark.parametrize("selected", JUNK)
def test_nonsense_selected_deletes_nothing(boss_client, bank, selected):
    AccountMapping.objects.create(account=bank, code="1000", name="Bank")

    response = boss_client.post(LIST, {"action": "delete_selected", "_selected_action": selected}, follow=True)

    assert response.status_code == 200
    assert AccountMapping.objects.exists()


def test_a_missing_name_is_one_mistake_not_two(boss_client, bank):
    form = boss_client.post(ADD, entered(account=bank.pk, name="")).context["adminform"].form

    assert form.errors == {"name": ["This field is required."]}
