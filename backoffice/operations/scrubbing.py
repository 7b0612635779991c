"""Takes out of a text what must not be in a log: codes, which are money, and other secrets.

Our own messages name accounts by their ids. This is for the words of others: database errors that repeat the row,
addresses with what was searched for, exceptions that quote what they could not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http import HttpRequest

from accounts_ledger import codes
from backoffice.operations import request_id

HIDDEN = "[hidden]"

#: Names of fields whose values are hidden wherever they turn up while their request is answered.
_SENSITIVE_FIELD = re.compile(r"code|pass|pin|token|secret|key|card|cvv|otp|search|^(q|s|term|whose)$", re.IGNORECASE)
#: Shorter values would blacken half of the line, and are no secrets.
_SHORTEST = 4

#: What PostgreSQL adds to an error: the values of the row, of the statement, or of the line of a COPY.
_DATABASE_DETAIL = re.compile(r"^(DETAIL|CONTEXT|QUERY|STATEMENT):.*$", re.MULTILINE)
_QUERY_STRING = re.compile(r"\?[^\s\"'<>?]*=[^\s\"'<>]*")
_PASSWORD_OF_URL = re.compile(r"(://[^\s:/@]*:)[^\s/@]+@")


def scrub(text: str) -> str:
    """Return *text* without secrets."""
    # Functions, because `re` reads a template with groups anew for each text, found or not; and every transfer logs.
    text = _DATABASE_DETAIL.sub(lambda found: f"{found[1]}: {HIDDEN}", text)
    text = _QUERY_STRING.sub(f"?{HIDDEN}", text)
    text = _PASSWORD_OF_URL.sub(lambda found: f"{found[1]}{HIDDEN}@", text)
    work = request_id.current()
    secrets = set(_submitted(work.request)) if work and work.request else ()
    if secrets:
        longest_first = sorted(secrets, key=len, reverse=True)
        text = re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text, flags=re.IGNORECASE)
    return text


def _submitted(request: HttpRequest) -> Iterator[str]:
    """Yield what was sent in sensitive fields, as it was typed and as the ledger writes codes."""
    # Asking for POST would read the request's body, which only the view may decide to do: what was read already counts.
    forms = [request.GET, *([request.POST] if hasattr(request, "_post") else [])]
    for form in forms:
        for name, values in form.lists():
            if not _SENSITIVE_FIELD.search(name):
                continue
            for value in map(str, values):
                code = codes.normalise(value)
                yield from (form for form in (value, code, codes.display(code)) if len(form) >= _SHORTEST)
