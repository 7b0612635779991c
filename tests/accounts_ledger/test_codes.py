"""Codes are bearer tokens: random, readable over the telephone, shown masked."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_ledger import codes


def test_a_code_has_12_characters_unless_told_otherwise():
    assert len(codes.generate()) == 12
    assert len(codes.generate(size=20)) == 20


def test_a_code_has_only_characters_that_are_not_mistaken_for_one_another():
    used = set("".join(codes.generate(100) for _ in range(50)))

    assert used == set(codes.ALPHABET)
    assert not used & set("0O1ILU")


def test_the_characters_can_be_chosen():
    assert set(codes.generate(size=200, chars="AB")) == {"A", "B"}


def test_codes_do_not_repeat():
    assert len({codes.generate() for _ in range(10_000)}) == 10_000


def test_codes_do_not_come_from_the_generator_that_can_be_predicted():
    random.seed(1)
    first = codes.generate()
    random.seed(1)

    assert codes.generate() != first


@pytest.mark.parametrize(
    "typed",
    [
        "ABCD2345",
        "abcd2345",
        "abcd-2345",
        "ABCD 2345",
        "  abcd–2345\n",
        "ab.cd_23—45",
        "abcd\u00a02345",
        "abcd\u20112345",
    ],
)
def test_spaces_dashes_and_lower_case_do_not_matter(typed):
    assert codes.normalise(typed) == "ABCD2345"


@pytest.mark.parametrize("typed", ["abcd\u200b2345", "\ufeffabcd2345", "abcd\u00ad2345", "abcd\u22122345"])
def test_characters_that_nobody_sees_do_not_matter_either(typed):
    assert codes.normalise(typed) == "ABCD2345"


def test_normalising_twice_changes_nothing():
    for code in ("ß-straße", "ŉ", "abcd 2345", ""):
        assert codes.normalise(codes.normalise(code)) == codes.normalise(code)


@pytest.mark.parametrize(
    "typed",
    [
        "\u202aABCD-2345\u202c", "\u200eabcd2345\u200f", "\u2066ABCD\u20692345", "ＡＢＣＤ２３４５",
        "ＡＢＣＤ－２３４５", "ABCD\u22122345", "ABCD\u05be2345",
        "ABCD\ufe632345", "ABCD\u20532345", "ABCD\u30fc2345", "ABCD\u02d72345",
        "AB\u00a0CD\u30002345", "ABCD\u180e2345", "AB\ufe0fCD2345", "ABCD\u20432345", "ABCD\u28002345",
        "ABCD\u00ad2345", "ABCD\u2500\u25002345", "ABCD\u00b72345", "ABCD\x002345", "\ufeffABCD\t2345\r\n",
        "ABCD\U000e00202345", "ABCD\u061c2345", "𝐀𝐁𝐂𝐃𝟐𝟑𝟒𝟓", "ⒶⒷⒸⒹ②③④⑤", "ABCD＿2345", "ABCD\u20152345",
    ],
)  # fmt: skip
def test_what_comes_along_when_a_code_is_pasted_is_dropped(typed):
    assert codes.normalise(typed) == "ABCD2345"


@given(st.text())
def test_a_code_that_was_put_into_its_form_stays_as_it_is(typed):
    assert codes.normalise(codes.normalise(typed)) == codes.normalise(typed)


@pytest.mark.parametrize("code", ["12345678", "1234", "ABC12", "AAAAAAAAAAAAAAAA", "1212121212121212", "", "ABCDEF"])
def test_short_and_regular_codes_can_be_guessed(code):
    assert codes.can_be_guessed(code)


@pytest.mark.parametrize("code", ["605011010", "ABCD2345", "GIFT2026XYZ", "ALONEABCD2345", "ABCDEFGH"])
def test_longer_ones_cannot(code):
    assert not codes.can_be_guessed(code)


def test_a_code_is_shown_in_groups_of_four():
    assert codes.display("ABCDEFGH2345") == "ABCD-EFGH-2345"
    assert codes.display("ABCDE") == "ABCD-E"
    assert codes.normalise(codes.display("ABCDEFGH2345")) == "ABCDEFGH2345"


@pytest.mark.parametrize(
    ("code", "masked"),
    [
        ("GC82E9Q53W8SCWHJ5V7K", "••••5V7K"),
        ("ABCDEFGHJKLM2345", "••••2345"),
        ("ABCDEFGH2345", "••••345"),
        ("ABCD2345", "••••45"),
        ("A-B-C-D-2-3-4-5", "••••45"),
    ],
)
def test_a_masked_code_shows_a_quarter_of_it_and_four_characters_at_most(code, masked):
    assert codes.mask(code) == masked


@pytest.mark.parametrize("prefix", ["", "G", "GC", "CARD", "A" * codes.MAX_PREFIX])
def test_four_characters_show_of_the_codes_that_the_site_makes(prefix):
    code = codes.make(prefix)

    assert len(code) >= 16
    assert len(codes.tail(code)) == 4
    assert not codes.has_typo(code, {prefix})


def test_typing_errors_show_in_the_shorter_codes_of_earlier_versions_too():
    body = next(
        body for body in ("G" + codes.generate(13) for _ in range(100)) if codes._remainder(body) < len(codes.ALPHABET)
    )
    code = body + codes.ALPHABET[codes._remainder(body)]

    assert not codes.has_typo(code, {"G"})
    assert codes.has_typo(code[:4] + ("2" if code[4] != "2" else "3") + code[5:], {"G"})


@pytest.mark.parametrize("code", ["", "A", "ABCD", "ABCD234"])
def test_a_short_code_is_masked_whole(code):
    assert codes.mask(code) == "••••"


def test_references_are_unguessable():
    assert len(codes.reference()) == 16
    assert len({codes.reference() for _ in range(1000)}) == 1000
