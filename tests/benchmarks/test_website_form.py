"""The visitors of the load test send what a browser would send."""

from __future__ import annotations

import pytest

from benchmarks.website.form import form_with

PAGE = """
<title> A page </title>
<form><input name="q"></form>
<form method="post">
    <input type="hidden" name="token" value="abc"><input name="amount">
    <select name="source"><option value="1">Bank</option><option value="2" selected>Goodwill</option></select>
    <select name="kind"><option value="first">First</option><option value="second">Second</option></select>
    <input type="checkbox" name="off" value="1"><input type="checkbox" name="on" checked>
    <input type="radio" name="who" value="guest"><input type="radio" name="who" value="new" checked>
    <textarea name="note"></textarea><input type="file" name="file"><input type="submit" name="go" value="Go">
</form>
"""


def test_the_form_is_found_by_one_of_its_fields():
    assert form_with(PAGE, "q") == {"q": ""}


def test_defaults_are_sent_as_a_browser_sends_them():
    assert form_with(PAGE, "amount") == {
        "token": "abc",
        "amount": "",
        "source": "2",
        "kind": "first",
        "on": "on",
        "who": "new",
        "note": "",
    }


def test_a_page_without_such_a_form_is_named():
    with pytest.raises(LookupError, match="'code' on the page 'A page'"):
        form_with(PAGE, "code")
