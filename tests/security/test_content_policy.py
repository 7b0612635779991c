"""What browsers are told that pages may load and run. That real pages keep to it, the browser tests say."""

from __future__ import annotations

import json
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

    assert scripts == [f"'nonce-{nonce}'", "'strict-dynamic'"]


def test_every_page_has_a_nonce_of_its_own(client, db):
    first, second = (policy(client.get(reverse("basket:summary")))["script-src"] for _time in range(2))

    assert first != second


def test_event_handlers_in_the_shops_markup_run_only_if_they_are_known(client, db):
    sources = policy(client.get(reverse("basket:summary")))["script-src-attr"]

    assert sources[0] == "'unsafe-hashes'"
    assert all(source.startswith("'sha256-") for source in sources[1:])


@pytest.mark.parametrize("name", ["admin:password_change", "admin:index", "ledger_reports:index"])
def test_the_admin_evaluates_alpines_expressions_but_runs_no_script_without_a_nonce(boss, name):
    directives = policy(boss.get(reverse(name)))

    assert directives["script-src"][0].startswith("'nonce-")
    assert directives["script-src"][1:] == ["'strict-dynamic'", "'unsafe-eval'"]
    assert directives["script-src-attr"] == ["'none'"]


@pytest.mark.parametrize(
    "name", ["basket:summary", "admin:index", "dashboard:index", "dashboard:catalogue-product-list"]
)
def test_that_a_file_is_the_sites_own_does_not_let_it_run(boss, name):
    page = boss.get(reverse(name))
    sources = [source for kind in ("script-src", "script-src-elem") for source in policy(page).get(kind, ())]
    scripts = re.findall(r"<script\b[^>]*>", page.content.decode())

    assert not {"'self'", "'unsafe-inline'"} & set(sources)
    assert len(scripts) > 3
    nonces = {re.search('nonce="(.*?)"', script)[1] for script in scripts}
    assert [f"'nonce-{nonce}'" for nonce in nonces] == sources[:1]


def test_an_answer_without_a_page_lets_no_script_run(client, db):
    assert policy(client.get("/health/live/x"))["script-src"][-1] == "'strict-dynamic'"


def test_the_admins_htmx_evaluates_nothing_and_asks_this_site_only(boss):
    config = re.search(r"name=\"htmx-config\" content='(.*?)'", boss.get(reverse("admin:index")).content.decode())[1]

    assert (
        json.loads(config).items() >= {"allowEval": False, "allowScriptTags": False, "selfRequestsOnly": True}.items()
    )


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
