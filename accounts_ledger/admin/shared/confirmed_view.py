"""Mixin of the form pages that act: each carries what it shows, and acts on nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation, Facts


class ConfirmedView:
    """A form page whose POST does what the page showed, or nothing.

    A subclass returns what its page shows from `facts`, and calls `check_as_shown` under the lock of what it acts on,
    in the transaction of the act. Its template puts ``shown`` into the form.
    """

    request: HttpRequest

    def subject(self) -> Any:
        """Return the object that the page is about, or None."""
        return None

    def facts(self, form: Any) -> Facts:
        """Return what the page shows of what is about to happen, read from the database anew."""
        raise NotImplementedError

    def confirmation(self) -> Confirmation:
        page = f"{type(self).__module__}.{type(self).__qualname__}"
        return Confirmation(self.request.user, page, getattr(self.subject(), "pk", ""))

    def check_as_shown(self, form: Any) -> None:
        """Raise ChangedMeanwhile if what would happen now is not what the page showed."""
        self.confirmation().check(self.request.POST.get(FIELD, ""), self.facts(form))

    def sealed(self, form: Any) -> str:
        """Return what the form has to carry."""
        return self.confirmation().seal(self.facts(form))
