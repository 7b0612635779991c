"""Codes at rest: the database has them sealed and finds them by a keyed hash; nobody can query the text."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.forms import modelform_factory

from accounts_ledger import chart, code_keys, facade
from accounts_ledger.models import Account, Transfer

CODE = "ALONEABCD2345"
OLD_KEY, NEW_KEY = "old-key-of-the-codes-0123456789abcdef", "new-key-of-the-codes-0123456789abcdef"


@pytest.fixture
def card(db) -> Account:
    return Account.objects.create(code=CODE)


def stored(card: Account) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_ledger_account WHERE id = %s", [card.pk])
        return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))


def everything_in_the_database() -> str:
    tables = [table for table in connection.introspection.table_names() if table.startswith("accounts_ledger")]
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [bytes(value) if isinstance(value, memoryview) else value for row in cursor for value in row]
    return repr(found)


def test_a_code_is_found_whole_however_it_is_typed(card):
    for typed in (CODE, "alone-abcd-2345", "\u200eALONE ABCD 2345\u200f"):
        assert Account.objects.get(code=typed) == card
    assert Account.objects.filter(code="ALONEABCD2345", balance=0).exists()
    assert not Account.objects.filter(code="ALONEABCD2346").exists()
    assert list(Account.objects.filter(code__in=["X", CODE, None])) == [card]
    assert not Account.objects.filter(code__in=[]).exists()


def test_accounts_without_a_code_are_found_as_such(card, bank):
    assert card not in Account.objects.filter(code=None)
    assert card in Account.objects.filter(code__isnull=False)
    assert bank in Account.objects.filter(code__isnull=True)
    assert bank not in Account.objects.exclude(code=None)
    assert set(Account.objects.exclude(code=CODE)) == set(Account.objects.exclude(pk=card.pk))


def test_a_code_is_clear_text_to_programs(card):
    assert Account.objects.get(pk=card.pk).code == CODE
    assert list(Account.objects.filter(pk=card.pk).values_list("code", flat=True)) == [CODE]
    assert Account.objects.values("code").get(pk=card.pk) == {"code": CODE}
    assert Account.objects.annotate(shown=F("code")).get(pk=card.pk).shown == CODE
    assert Account.objects.defer("code").get(pk=card.pk).code == CODE


def test_a_code_is_found_across_relations(card, bank):
    facade.transfer(bank, card, D("5.00"))
    assert Transfer.objects.get(destination__code=CODE).destination_id == card.pk
    assert list(Transfer.objects.values_list("destination__code", flat=True)) == [CODE]
    within = Account.objects.filter(code__in=[CODE], code__isnull=False)
    assert Transfer.objects.filter(destination__in=within).count() == 1
    assert Transfer.objects.filter(Q(destination__code=CODE) | Q(source__code="X")).count() == 1
    assert Transfer.objects.exclude(destination__code=CODE).count() == 0


def test_neither_the_row_nor_any_other_has_the_code(card):
    row = stored(card)
    assert (row["code_tail"], len(bytes(row["code_hash"]))) == ("345", code_keys.DIGEST_SIZE)
    assert CODE not in everything_in_the_database()
    assert CODE.encode().hex() not in everything_in_the_database()


def test_the_same_code_is_sealed_differently_each_time(card):
    before = stored(card)
    card.save()
    after = stored(card)
    assert bytes(before["code"]) != bytes(after["code"])
    assert bytes(before["code_hash"]) == bytes(after["code_hash"])


@pytest.mark.parametrize(
    "lookup",
    [
        "startswith", "istartswith", "endswith", "iendswith", "contains", "icontains", "regex", "iregex", "iexact",
        "gt", "gte", "lt", "lte", "range", "length", "lower", "unaccent", "search", "trigram_similar", "date", "year",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["code", "replaced_by__code"])
def test_no_other_lookup_exists(card, path, lookup):
    with pytest.raises(FieldError):
        Account.objects.filter(**{f"{path}__{lookup}": "A"}).exists()


@pytest.mark.parametrize(
    "query",
    [
        lambda: Account.objects.order_by("code"),
        lambda: Account.objects.order_by("-code"),
        lambda: Account.objects.order_by("replaced_by__code"),
        lambda: Account.objects.filter(code=F("name")),
        lambda: Account.objects.filter(code__in=Account.objects.values("name")),
        lambda: Account.objects.filter(code__in="ABCD"),
        lambda: Account.objects.filter(code=Subquery(Account.objects.filter(pk=OuterRef("pk")).values("name"))),
        lambda: [Account.objects.filter(pk__gt=0).update(code=F("name"))],
        lambda: [Account.objects.filter(code__isnull=False).aggregate(last=Max("code"))],
    ],
)
def test_nothing_is_ordered_by_or_computed_from_codes(card, query):
    with pytest.raises(FieldError, match="sealed"):
        list(query())


def test_codes_are_unique_on_every_way_in(card):
    ways = [
        lambda: Account.objects.create(code="alone abcd-2345"),
        lambda: Account.objects.bulk_create([Account(code=CODE)]),
        lambda: Account.objects.filter(pk=chart.bank().pk).update(code=CODE),
        lambda: Account(code=CODE).save(),
    ]
    for way in ways:
        with pytest.raises(IntegrityError):
            _inside(way)
    with pytest.raises(ValidationError) as caught:
        Account(code="alone-abcd-2345").full_clean()
    assert list(caught.value.message_dict) == ["code"]


def test_a_form_says_at_the_code_that_it_is_taken(card):
    form = modelform_factory(Account, fields=["code", "currency"])({"code": "alone-abcd-2345", "currency": "GBP"})
    assert list(form.errors) == ["code"]


def test_a_form_stores_a_code_like_everybody_else(db):
    form = modelform_factory(Account, fields=["code", "currency"])({"code": "form-abcd-2345", "currency": "GBP"})
    saved = form.save()
    assert Account.objects.get(code="FORMABCD2345") == saved


def _inside(way):
    from django.db import transaction

    with transaction.atomic():
        way()


def test_a_code_that_changes_brings_its_hash_and_tail_along(card):
    for change in (_save, _save_that_field, _update, _bulk_update):
        new = f"CHANGEDBY{change.__name__.strip('_').upper()}22"[:16].replace("_", "X").ljust(16, "7")
        change(card, new)
        assert Account.objects.get(code=new).pk == card.pk
        assert stored(card)["code_tail"] == new[-4:]
        assert not Account.objects.filter(code=CODE).exists()


def _save(card, new):
    card.code = new
    card.save()


def _save_that_field(card, new):
    loaded = Account.objects.only("code").get(pk=card.pk)
    loaded.code = new
    loaded.save(update_fields=["code"])


def _update(card, new):
    Account.objects.filter(pk=card.pk).update(code=new.lower())


def _bulk_update(card, new):
    loaded = Account.objects.get(pk=card.pk)
    loaded.code = new
    Account.objects.bulk_update([loaded], ["code"])


def test_saving_without_the_code_loaded_leaves_it(card):
    before = stored(card)
    for loaded in (Account.objects.defer("code").get(pk=card.pk), Account.objects.only("name").get(pk=card.pk)):
        loaded.name = "Anna"
        loaded.save()
    assert (stored(card)["code"], stored(card)["code_hash"]) == (before["code"], before["code_hash"])


def test_a_mask_needs_no_key(card, settings):
    loaded = Account.objects.defer("code").get(pk=card.pk)
    settings.ACCOUNTS_CODE_KEYS = [NEW_KEY]
    assert (loaded.has_code, loaded.masked_code, str(loaded)) == (True, "••••345", "••••345")


def test_a_code_may_be_taken_away(card):
    card.code = ""
    card.save()
    assert [stored(card)[column] for column in ("code", "code_hash", "code_tail")] == [None, None, None]
    assert not card.has_code


def test_without_its_key_a_code_is_not_silently_unknown(card, settings):
    settings.ACCOUNTS_CODE_KEYS = [NEW_KEY]
    with pytest.raises(ImproperlyConfigured, match="add the word SECRET_KEY to ACCOUNTS_CODE_KEYS"):
        Account.objects.get(pk=card.pk)
    settings.SECRET_KEY = "another"
    with pytest.raises(ImproperlyConfigured, match="Add it to ACCOUNTS_CODE_KEYS"):
        Account.objects.get(pk=card.pk)


def test_a_sealed_code_that_was_tampered_with_is_refused(card):
    sealed = bytearray(stored(card)["code"])
    sealed[-1] ^= 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_ledger_account SET code = %s WHERE id = %s", [bytes(sealed), card.pk])
    with pytest.raises(ImproperlyConfigured, match="damaged"):
        Account.objects.get(pk=card.pk)


def test_a_dump_has_codes_sealed_and_loads_again(card):
    dumped = serializers.serialize("json", Account.objects.filter(pk=card.pk))
    assert CODE not in dumped
    assert json.loads(dumped)[0]["fields"]["code"].startswith("sealed:")
    Account.objects.filter(pk=card.pk).update(code=None)
    for loaded in serializers.deserialize("json", dumped):
        loaded.save()
    assert Account.objects.get(code=CODE).pk == card.pk


def test_what_looks_sealed_is_opened_for_nobody(card):
    with pytest.raises(ValidationError):
        Account(code="sealed:AAAA").clean_fields()
    with pytest.raises(ValidationError):
        Account(code="sealed:ä").clean_fields()


def test_the_history_and_its_model_have_no_code_in_any_form(card):
    assert not {"code", "code_hash", "code_tail"} & {field.name for field in Account.history.model._meta.fields}
