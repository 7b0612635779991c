"""The probes of load balancers and orchestrators: quick, silent, open to everybody, and true."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from backoffice.operations import readiness

PROBES = ["/health/live", "/health/ready", "/health/ready/"]


@pytest.fixture(autouse=True)
def just_started(monkeypatch):
    """A process that has not looked for pending migrations yet."""
    monkeypatch.setattr(readiness, "_migrations", readiness._Migrations())


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROBES)
def test_a_probe_needs_no_login(client, path):
    response = client.get(path)

    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROBES)
def test_a_probe_may_come_over_plain_http_and_by_address(client, settings, path):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["shop.example.com"]

    assert client.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200


def test_being_alive_asks_the_database_nothing(client):
    assert client.get("/health/live").content == b"alive\n"


@pytest.mark.django_db
def test_being_ready_costs_one_query(client, django_assert_num_queries):
    client.get("/health/ready")

    with django_assert_num_queries(1):
        assert client.get("/health/ready").content == b"ready\n"


def test_a_probe_only_asks(client):
    assert client.post("/health/ready").status_code == 405


@pytest.fixture
def pending(db):
    """A migration that was not applied yet; called, it is."""
    applied = MigrationRecorder(connection)
    [newest] = MigrationLoader(connection).graph.leaf_nodes("accounts_ledger")
    applied.record_unapplied(*newest)
    return lambda: applied.record_applied(*newest)


def test_nothing_is_ready_while_migrations_are_pending(client, pending):
    response = client.get("/health/ready")

    assert (response.status_code, response.content) == (503, b"not ready: migrations are pending\n")


def test_migrations_are_looked_for_again_until_none_is_pending(client, pending, monkeypatch):
    assert client.get("/health/ready").status_code == 503
    pending()
    assert client.get("/health/ready").status_code == 503, "not before a few seconds have passed: it reads many files"

    monkeypatch.setattr(readiness, "_BETWEEN_LOOKS", 0)

    assert client.get("/health/ready").status_code == 200


def test_a_database_that_is_away_is_said_without_its_name_or_password(client, monkeypatch):
    def refuse():
        raise OperationalError('connection to "db.internal" failed: password authentication failed for user "penny"')

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/health/ready")

    assert (response.status_code, response.content) == (503, b"not ready: database cannot be reached\n")
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic dG9rZW4="])
def test_metrics_are_for_those_with_the_token(client, settings, authorization):
    settings.METRICS_TOKEN = "token"

    assert client.get("/metrics", headers={"authorization": authorization}).status_code == 401


def test_without_a_token_there_are_no_metrics(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
