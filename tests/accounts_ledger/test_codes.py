"""Codes are bearer tokens: random, readable over the telephone, shown masked."""

from __future__ import annotations

import random

import pytest

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


def test_a_code_is_shown_in_groups_of_four():
    assert codes.display("ABCDEFGH2345") == "ABCD-EFGH-2345"
    assert codes.display("ABCDE") == "ABCD-E"
    assert codes.normalise(codes.display("ABCDEFGH2345")) == "ABCDEFGH2345"


def test_a_masked_code_shows_its_last_four_characters():
    assert codes.mask("ABCDEFGH2345") == "••••2345"


@pytest.mark.parametrize("code", ["", "A", "ABCD", "ABCD234"])
def test_a_short_code_is_masked_whole(code):
    assert codes.mask(code) == "••••"


def test_references_are_unguessable():
    assert len(codes.reference()) == 16
    assert len({codes.reference() for _ in range(1000)}) == 1000
