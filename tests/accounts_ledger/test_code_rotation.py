"""Keys of codes: noticed when they are missing, replaced while the shop is open."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts_ledger import checks, code_keys, code_rotation, facade
from accounts_ledger.exceptions import CodeTaken
from accounts_ledger.models import Account

OLD, NEW, OTHER = (f"{name}-key-of-the-codes-0123456789abcdef" for name in ("old", "new", "other"))
CODES = [f"ABCDEFGH{number}" for number in range(2000, 2025)]


@pytest.fixture(autouse=True)
def ask_anew(monkeypatch):
    monkeypatch.setattr(code_rotation, "_trusted_until", 0.0)


@pytest.fixture
def cards(db, settings):
    settings.ACCOUNTS_CODE_KEYS = [OLD]
    return Account.objects.bulk_create([Account(code=code) for code in CODES])


def ids(*secrets):
    return sorted(code_keys.CodeKey.derive(secret).id for secret in secrets)


def test_with_both_keys_every_code_is_found_whichever_sealed_it(cards, settings):
    settings.ACCOUNTS_CODE_KEYS = [NEW, OLD]
    new = Account.objects.create(code="SEALEDBYNEW2345")

    assert Account.objects.filter(code__in=[*CODES, new.code]).count() == len(CODES) + 1
    assert Account.objects.get(code=CODES[0]).code == CODES[0]
    assert code_rotation.ids_in_use() == ids(OLD, NEW)


def test_rotation_seals_all_of_them_with_the_newest(cards, settings, monkeypatch, capsys):
    monkeypatch.setattr(code_rotation, "_TOGETHER", 10)
    settings.ACCOUNTS_CODE_KEYS = [NEW, OLD]
    call_command("rotate_code_keys", check=True)
    assert f"anew: {len(CODES)}" in capsys.readouterr().out

    call_command("rotate_code_keys")

    settings.ACCOUNTS_CODE_KEYS = [NEW]
    assert code_rotation.ids_in_use() == ids(NEW)
    assert sorted(Account.objects.exclude(code=None).values_list("code", flat=True)) == CODES
    assert all(Account.objects.filter(code=code).exists() for code in CODES)
    assert Account.objects.get(code=CODES[3]).masked_code == f"••••{CODES[3][-3:]}"


def test_rotation_can_be_stopped_and_begun_again(cards, settings, monkeypatch):
    monkeypatch.setattr(code_rotation, "_TOGETHER", 10)
    settings.ACCOUNTS_CODE_KEYS = [NEW, OLD]

    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        code_rotation.rotate(stop)

    assert code_rotation.left() == len(CODES) - 10
    assert Account.objects.filter(code__in=CODES).count() == len(CODES)
    assert code_rotation.rotate() == len(CODES) - 10
    assert code_rotation.left() == 0
    assert code_rotation.rotate() == 0


def test_what_is_between_the_ids_of_keys_is_found_whatever_their_order(cards, settings):
    for first, second in ((NEW, OLD), (OLD, NEW), (OTHER, OLD)):
        settings.ACCOUNTS_CODE_KEYS = [first, second, NEW, OLD]
        code_rotation.rotate()
        settings.ACCOUNTS_CODE_KEYS = [first]
        assert code_rotation.ids_in_use() == ids(first)
        assert Account.objects.filter(code__in=CODES).count() == len(CODES)


def test_a_code_stays_unique_while_two_keys_are_in_use(cards, settings, bank):
    settings.ACCOUNTS_CODE_KEYS = [NEW, OLD]
    taken = CODES[0]
    ways = [
        lambda: Account.objects.create(code=taken),
        lambda: Account.objects.bulk_create([Account(code=taken)]),
        lambda: Account.objects.filter(pk=bank.pk).update(code=taken),
        lambda: _issue(bank, taken),
    ]
    for way in ways:
        with pytest.raises((IntegrityError, CodeTaken)), transaction.atomic():
            way()
    assert Account.objects.filter(code=taken).count() == 1


def _issue(bank, code):
    with facade.issuing(bank) as issue:
        issue.add([facade.NewAccount(code=code, amount=10)])


def test_an_account_sealed_by_the_old_key_can_be_saved(cards, settings):
    settings.ACCOUNTS_CODE_KEYS = [NEW, OLD]
    card = Account.objects.get(code=CODES[0])
    card.description = "Changed"
    card.save()

    assert Account.objects.get(code=CODES[0]).description == "Changed"
    assert code_rotation.left() == len(CODES) - 1


def test_a_missing_key_is_told_at_the_start_and_by_the_command(cards, settings):
    assert checks.check_stored_codes(databases=["default"]) == []
    settings.ACCOUNTS_CODE_KEYS = [NEW]

    [error] = checks.check_stored_codes(databases=["default"])

    assert error.id == "accounts_ledger.E005"
    assert "does not have" in error.msg
    assert code_keys.CodeKey.derive(OLD).name in error.msg
    with pytest.raises(CommandError, match="does not have"):
        call_command("rotate_code_keys")


def test_without_a_database_the_check_says_nothing(cards, settings):
    settings.ACCOUNTS_CODE_KEYS = [NEW]
    assert checks.check_stored_codes(databases=None) == []
    assert checks.check_stored_codes(databases=["replica"]) == []


def test_a_key_that_is_too_short_is_refused(settings):
    settings.ACCOUNTS_CODE_KEYS = ["short"]
    [error] = checks.check_code_keys()
    assert (error.id, "has 5 characters" in error.msg) == ("accounts_ledger.E004", True)


@pytest.mark.parametrize(
    ("keys", "warned"), [([], True), (["SECRET_KEY"], True), ([NEW], False), ([NEW, "SECRET_KEY"], False)]
)
def test_a_deployment_is_warned_of_codes_that_depend_on_the_secret_key(settings, keys, warned):
    settings.ACCOUNTS_CODE_KEYS = keys
    assert bool(checks.check_code_keys_of_deployment()) == warned


def test_an_installation_without_keys_of_its_own_moves_to_one(db, settings):
    settings.ACCOUNTS_CODE_KEYS = []
    card = Account.objects.create(code=CODES[0])
    settings.ACCOUNTS_CODE_KEYS = [NEW]
    assert "SECRET_KEY to ACCOUNTS_CODE_KEYS" in (code_rotation.unreadable() or "")

    settings.ACCOUNTS_CODE_KEYS = [NEW, "SECRET_KEY"]
    call_command("rotate_code_keys", verbosity=0)

    settings.ACCOUNTS_CODE_KEYS = [NEW]
    assert Account.objects.get(code=CODES[0]) == card


def test_a_changed_secret_key_is_healed_by_its_fallback(db, settings):
    settings.ACCOUNTS_CODE_KEYS, settings.SECRET_KEY = [], "before"
    card = Account.objects.create(code=CODES[0])
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "after", ["before"]
    assert Account.objects.get(code=CODES[0]) == card


def test_codes_of_a_key_that_is_lost_for_good_can_be_given_up(cards, settings, capsys):
    settings.ACCOUNTS_CODE_KEYS = [NEW]
    kept = Account.objects.create(code="SEALEDBYNEW2345")
    lost = code_keys.CodeKey.derive(OLD).name

    with pytest.raises(CommandError, match="nothing is lost"):
        call_command("rotate_code_keys", forget=code_keys.keyring()[0].name)
    with pytest.raises(CommandError, match="No code"):
        call_command("rotate_code_keys", forget="00000000")
    call_command("rotate_code_keys", forget=lost)

    assert f"{len(CODES)} accounts have no code" in capsys.readouterr().out
    assert code_rotation.unreadable() is None
    assert list(Account.objects.exclude(code=None)) == [kept]
    replaced = facade.replace(Account.objects.get(pk=cards[0].pk))
    assert Account.objects.get(code=replaced.code) == replaced


def test_keys_are_not_shown(settings):
    settings.ACCOUNTS_CODE_KEYS = [NEW]
    assert NEW not in repr(code_keys.keyring())
    assert "hashing" not in repr(code_keys.keyring()[0])
