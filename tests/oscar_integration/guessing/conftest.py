"""Somebody who tries codes: from an address, in a session, as a user."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from oscar_integration import guessing


class Session(dict):
    def __init__(self, key):
        super().__init__()
        self.session_key = key


@pytest.fixture
def request_from():
    """Make a request: ``request_from("192.0.2.1", session="abc", user=…, forwarded="…")``."""

    def make(address="192.0.2.1", session=None, user=None, forwarded=None):
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        request = RequestFactory().get("/", REMOTE_ADDR=address, **headers)
        request.session, request.user = Session(session), user or AnonymousUser()
        return request

    return make


@pytest.fixture
def outcome_of():
    """Try a code and say what came of it: the account, or the class of the refusal."""

    def attempt(request, code, currency="GBP"):
        try:
            return guessing.account_for_code(request, code, currency)
        except guessing.UnusableCode:
            return "refused"
        except guessing.TooManyAttempts:
            return "blocked"

    return attempt
