"""An environment variable that cannot be meant is refused by its name."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice.env import Variables


@pytest.fixture
def given(monkeypatch):
    """Give the variable NAME a value, and get what reads it."""

    def give(value: str) -> Variables:
        monkeypatch.setattr(Variables, "ENVIRON", {"NAME": value})
        return Variables()

    return give


def test_blanks_around_a_value_do_not_count(given):
    assert given("  harbour ").text("NAME") == "harbour"


def test_an_empty_value_is_as_good_as_none(given):
    assert given(" ").text("NAME", default="harbour") == "harbour"


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("True", True), ("0", False), ("no", False), ("", True)])
def test_a_flag_is_read(given, value, meant):
    assert given(value).flag("NAME", default=True) is meant


@pytest.mark.parametrize(("value", "meant"), [("0", 0), ("12", 12), ("", 7)])
def test_a_whole_number_is_read(given, value, meant):
    assert given(value).whole("NAME", default=7) == meant


def test_a_list_may_have_blanks_beside_its_commas(given):
    assert given("10.0.0.0/8, unix,").several("NAME") == ["10.0.0.0/8", "unix"]


def test_people_have_names_and_addresses(given):
    assert given("Ann <ann@example.com>, ops@example.com").people("NAME") == [
        ("Ann", "ann@example.com"),
        ("", "ops@example.com"),
    ]


def test_mail_goes_to_the_server_that_is_named(given):
    assert given("smtp+tls://mail.example.com:587").mail("NAME", default="consolemail://")["EMAIL_PORT"] == 587


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("yess", lambda env: env.flag("NAME", default=True)),
        ("-1", lambda env: env.whole("NAME", default=7)),
        ("1.5", lambda env: env.whole("NAME", default=7)),
        ("0", lambda env: env.whole("NAME", default=7, least=1)),
        ("LOUD", lambda env: env.one_of("NAME", ("QUIET",), default="QUIET")),
        ("Ann", lambda env: env.people("NAME")),
        ("shop.example.com", lambda env: env.site("NAME")),
        ("Mars", lambda env: env.time_zone("NAME", default="UTC")),
        ("/etc/passwd", lambda env: env.time_zone("NAME", default="UTC")),
        ("smtp://", lambda env: env.mail("NAME", default="consolemail://")),
        ("mail.example.com", lambda env: env.mail("NAME", default="consolemail://")),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_variables_name(given, value, read):
    with pytest.raises(ImproperlyConfigured, match=r"^NAME "):
        read(given(value))


def test_a_mail_server_that_cannot_be_read_is_not_repeated(given):
    with pytest.raises(ImproperlyConfigured) as refusal:
        given("smtp://penny:secret@mail:secret").mail("NAME", default="consolemail://")

    assert "secret" not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_a_file_gives_what_the_environment_does_not_have(given, tmp_path):
    (tmp_path / ".env").write_text("NAME=file\nOTHER=file\n")
    env = given("environment")
    env.read_file(tmp_path / ".env")

    assert (env.text("NAME"), env.text("OTHER")) == ("environment", "file")


def test_there_need_not_be_a_file(given, tmp_path):
    given("environment").read_file(tmp_path / ".env")


def test_a_file_that_may_not_be_read_is_not_passed_over(given, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("NAME=file\n")
    monkeypatch.setattr("os.access", lambda path, mode: False)

    with pytest.raises(ImproperlyConfigured, match="may not read"):
        given("").read_file(tmp_path / ".env")
