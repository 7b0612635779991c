"""No page of the ledger's admin may forget to bind its button to what it shows: a new one fails here."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from accounts_ledger.imports import run
from accounts_ledger.imports.upload import upload
from accounts_ledger.models import GiftCardBatch
from tests.accounts_ledger.conftest import everything_written
from tests.backoffice.admin_addresses import address_of, admin_addresses, sample_objects

#: Pages whose form does nothing yet: it leads to a page that is confirmed, or begins something that is confirmed later.
FIRST_STEPS = {
    f"admin:accounts_ledger_{name}"
    for name in (
        "account_top_up", "account_withdraw", "account_close", "account_replace", "account_add",
        "transfer_new_transfer", "transfer_reverse_transfer", "transfer_refund_transfer",
        "journalexport_new_export",
        "giftcardbatch_upload_file", "giftcardbatch_issue_cards", "giftcardbatch_reading",
        "accounttype_add", "accountmapping_add",
    )
}  # fmt: skip
#: Lists, whose form is for ticking; what is ticked is confirmed on pages of their own, or is what is done.
LISTS = re.compile(r"_changelist$")
_FORM = re.compile(r"<form\b[^>]*\bmethod=\"post\"[^>]*>.*?</form>", re.S)
#: Forms of the frame around every page.
_FRAME = re.compile(r'action="[^"]*(logout|setlang|i18n|/search/|reveal)', re.I)


@pytest.fixture
def boss(db):
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss", "boss@example.com"))
    return client


@pytest.fixture
def objects(db):
    found = sample_objects()
    card = found["account"]
    batch = upload(
        [b"code,amount\nCONFIRM-AB-77,5.00\n"], file_name="a.csv", source=found["giftcardbatch"].source,
        account_type=card.account_type, user=get_user_model().objects.create_user("uploader"),
    )  # fmt: skip
    run.start_check(batch, inline=True)
    return {**found, "giftcardbatch": batch}


def names() -> list[str]:
    own = [
        name for name in admin_addresses() if name.startswith(("admin:accounts_ledger_", "admin:oscar_integration_"))
    ]
    return sorted(name for name in own if not LISTS.search(name))


def forms_of(page) -> list[str]:
    if page.streaming:
        return []
    return [form for form in _FORM.findall(page.content.decode()) if not _FRAME.search(form[: form.index(">")])]


def test_every_form_that_acts_carries_what_its_page_shows(boss, objects):
    forgotten, first = [], set()
    for name in names():
        address = address_of(name, objects)
        page = boss.get(address)
        if page.status_code != 200 or boss.post(address).status_code == 403:  # to read only
            continue
        for form in forms_of(page):
            if 'name="shown"' in form:
                continue
            if name in FIRST_STEPS:
                first.add(name)
            else:
                forgotten.append((name, form[:120]))

    assert forgotten == []
    assert first == FIRST_STEPS - {"admin:accounts_ledger_giftcardbatch_reading"} | (
        first & {"admin:accounts_ledger_giftcardbatch_reading"}
    ), "a first step that is none any more"


@pytest.mark.parametrize("state", ["checked", "loaded"])
def test_no_page_does_anything_to_whom_it_showed_nothing(boss, objects, state):
    batch = objects["giftcardbatch"]
    if state == "loaded":
        run.start_load(batch, None, inline=True)
    given = {
        "_confirm": "1", "confirmed": "1", "post": "yes", "one_time_key": "A" * 22, "reason": "x", "description": "x",
        "amount": "5", "end": "2099-01-01", "end_date": "2099-01-01", "format": "csv", "name": "x", "code": "x",
        "source": batch.source_id, "remainder_to": batch.source_id, "destination": batch.source_id,
    }  # fmt: skip
    before, states = everything_written(), list(GiftCardBatch.objects.order_by("pk").values_list("pk", "state"))

    for name in names():
        if name.endswith(("giftcardbatch_issue_cards", "giftcardbatch_upload_file")):
            continue
        for shown in ({}, {"shown": "forged"}):
            assert boss.post(address_of(name, objects), {**given, **shown}).status_code < 500, name
            assert everything_written() == before, name
            assert list(GiftCardBatch.objects.order_by("pk").values_list("pk", "state")) == states, name
