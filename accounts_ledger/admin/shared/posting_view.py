"""The base of every page that moves money or changes an account's state: one form, one call of the facade."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import FormView
from unfold.views import UnfoldModelAdminViewMixin

from accounts_ledger import facade
from accounts_ledger.admin.shared.confirmed_view import ConfirmedView
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.exceptions import AccountException, ChangedMeanwhile, IdempotencyConflict


class PostingView(ConfirmedView, UnfoldModelAdminViewMixin, FormView):  # type: ignore[type-arg]  # generic only in the stubs
    """A form page of a model admin, on one object or on none.

    A subclass names its ``permission_required``, ``title``, ``form_class`` (with `OneTimeKeyMixin`), the button's
    ``submit_text``, and implements `facts` and `rows` (what the page shows, and what must not change meanwhile),
    `post_form`, which calls the facade and returns the message to show, and `get_success_url`. Refusals of the facade
    are shown on the form, and nothing was written then.
    """

    template_name = "admin/accounts_ledger/form_page.html"
    raise_exception = True
    submit_text: Any = None
    submit_variant = "primary"
    #: Shown above the fields: what is about to happen.
    intro_template: str | None = None
    object: Any = None
    #: Whether the page with the form is the one that is confirmed, and so carries what it shows.
    confirms_at_once = True

    @property
    def staff(self) -> Any:
        """Who is at it."""
        return self.request.user

    def subject(self) -> Any:
        return self.object

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not self.has_permission():
            raise PermissionDenied
        if "object_id" in kwargs:
            self.object = self.get_object(kwargs["object_id"])

    def get_object(self, object_id: str) -> models.Model:
        """Return the object that the page is about. Unknown and malformed ids are a 404."""
        found = self.model_admin.get_object(self.request, object_id)
        if found is None:
            raise Http404
        return found

    def post_form(self, form: Any) -> Any:
        """Do what the form asks for and return the message for the user; may raise AccountException."""
        raise NotImplementedError

    def rows(self, form: Any) -> dict[str, list[Any]]:
        """Return what is locked while the page is compared and acts: arguments of `facade.while_locked`.

        Without any there is no transaction either, and `post_form` sees to what changes meanwhile.
        """
        return {}

    def is_repeated(self, form: Any) -> bool:
        """Whether this very form did it before: the second click of a double click. Asked under the lock."""
        return False

    def repeat(self, form: Any) -> Any:
        """Answer a repeated form: the facade knows its key, and answers as it did the first time."""
        return self.post_form(form)

    def act(self, form: Any) -> Any:
        """Do what the page showed, or raise ChangedMeanwhile, and return the message for the user."""
        rows = self.rows(form)

        def _act() -> Any:
            for row in [row for kind in rows.values() for row in kind]:
                row.refresh_from_db()
            if self.is_repeated(form):
                return self.repeat(form)
            self.check_as_shown(form)
            return self.post_form(form)

        return facade.while_locked(_act, **rows) if rows else _act()

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            message = self.act(form)
        except IdempotencyConflict:
            form.add_error(None, self.used_before())
            form.renew_key()
            return self.form_invalid(form)
        except ChangedMeanwhile as change:
            return self.show_again(form, change)
        except AccountException as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if message:
            messages.success(self.request, message)
        return HttpResponseRedirect(self.get_success_url())

    def show_again(self, form: Any, change: ChangedMeanwhile) -> HttpResponse:
        """Show the page anew, with what has changed."""
        form.add_error(None, str(change))
        return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        if isinstance(form, OneTimeKeyMixin) and "one_time_key" in form.errors:
            form.renew_key()
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def used_before(self) -> str:
        return _(
            "This form has already been submitted with different values. Check what that did, then "
            "submit again to do this as well."
        )

    def get_cancel_url(self) -> str:
        return self.get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form: forms.Form = kwargs.get("form") or self.get_form()
        kwargs["form"] = form
        if self.confirms_at_once:
            kwargs["shown"] = self.sealed(form)
        return super().get_context_data(
            **kwargs,
            opts=self.model_admin.model._meta,
            object=self.object,
            original=self.object,
            intro_template=self.intro_template,
            submit_text=self.submit_text or self.title,
            submit_variant=self.submit_variant,
            cancel_url=self.get_cancel_url(),
            media=self.model_admin.media + form.media,
        )
