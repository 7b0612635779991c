"""`check --deploy` says what visitors would notice, and what only operators can judge."""

from __future__ import annotations

import pytest
from django.db import connection

from backoffice.operations.deployment import check_deployment


@pytest.fixture
def complaints(settings):
    """Get the ids of what is said of production, with some settings changed."""
    settings.ALLOWED_HOSTS = ["shop.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.ADMINS = [("Ann", "ann@example.com")]

    def said(**changes) -> set[str]:
        for name, value in changes.items():
            setattr(settings, name, value)
        always = {"backoffice.I001"} if connection.vendor == "sqlite" else set()
        return {message.id for message in check_deployment()} - always

    return said


def test_nothing_is_said_of_a_complete_installation(complaints):
    assert complaints() == set()


def test_a_site_that_nobody_else_can_ask_for_is_warned_of(complaints):
    assert complaints(ALLOWED_HOSTS=["localhost", "127.0.0.1"]) == {"backoffice.W001"}


def test_a_redirection_without_end_is_warned_of(complaints):
    assert complaints(SECURE_PROXY_SSL_HEADER=None) == {"backoffice.W002"}


def test_without_tls_there_is_no_redirection(complaints):
    assert complaints(SECURE_PROXY_SSL_HEADER=None, SECURE_SSL_REDIRECT=False) == set()


def test_mail_that_is_only_printed_is_told(complaints):
    assert complaints(MAIL_TRANSPORT="django.core.mail.backends.console.EmailBackend") == {"backoffice.I002"}


def test_that_nobody_is_mailed_errors_is_told(complaints):
    assert complaints(ADMINS=[]) == {"backoffice.I003"}
