"""What browsers are told that pages may load and run. That real pages keep to it, the browser tests say."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse


def policy(response) -> dict[str, list[str]]:
    directives = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.fixture
def boss(db) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client


def test_the_shop_runs_no_inline_script_without_a_nonce(client, db):
    response = client.get(reverse("basket:summary"))
    scripts = policy(response)["script-src"]
    nonce = re.search(r'<script nonce="([^"]{20,})">', response.content.decode())[1]

    assert scripts == ["'self'", f"'nonce-{nonce}'"]


def test_every_page_has_a_nonce_of_its_own(client, db):
    first, second = (policy(client.get(reverse("basket:summary")))["script-src"] for _time in range(2))

    assert first != second


def test_event_handlers_in_the_shops_markup_run_only_if_they_are_known(client, db):
    sources = policy(client.get(reverse("basket:summary")))["script-src-attr"]

    assert sources[0] == "'unsafe-hashes'"
    assert all(source.startswith("'sha256-") for source in sources[1:])


@pytest.mark.parametrize("name", ["admin:login", "admin:index", "ledger_reports:index"])
def test_the_admin_evaluates_alpines_expressions_but_runs_no_inline_script(boss, name):
    directives = policy(boss.get(reverse(name)))

    assert directives["script-src"] == ["'self'", "'unsafe-eval'"]
    assert directives["script-src-attr"] == ["'none'"]


@pytest.mark.parametrize("name", ["basket:summary", "admin:index", "dashboard:index"])
def test_no_page_loads_from_other_sites_or_stands_in_a_frame_of_theirs(boss, name):
    directives = policy(boss.get(reverse(name)))

    assert not any("://" in source or source == "*" for sources in directives.values() for source in sources)
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == ["'none'"]


@pytest.mark.parametrize("name", ["basket:summary", "admin:login"])
def test_other_sites_learn_no_address_and_get_no_hold_of_the_window(client, db, name):
    headers = client.get(reverse(name)).headers

    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


def test_an_error_page_has_a_policy_too(client, db):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert policy(response)["object-src"] == ["'none'"]
