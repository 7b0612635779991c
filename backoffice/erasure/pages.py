"""The admin's pages of erasures: the one on which a user's data is erased, in two steps, and the record to read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html_join
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation, Facts, digest
from accounts_ledger.admin.shared.read_only_admin import ReadOnlyModelAdmin
from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.operations import holder
from backoffice.erasure.erase import ErasureRefused, erase, kept, obstacles
from backoffice.erasure.person import of
from backoffice.models import Erasure

PERMISSION = "backoffice.can_erase"


def may_erase(actor: Any, user: Any) -> bool:
    """Return whether *actor* may have *user* erased: not themselves, and superusers by superusers only."""
    return actor.has_perm(PERMISSION) and actor != user and (actor.is_superuser or not user.is_superuser)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=256,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Such as the number of the request. Stored permanently; do not name the person here."),
    )


class EraseView(FormView[ReasonForm]):
    """Shows what is removed and what stays; the second step, which shows the same, does it."""

    template_name = "admin/erasure/erase.html"
    form_class = ReasonForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        user: Any = get_object_or_404(get_user_model(), pk=kwargs["pk"])
        if not may_erase(request.user, user):
            raise PermissionDenied
        self.person = of(user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **admin.site.each_context(self.request),
            title=_("Erase personal data"),
            person=self.person,
            obstacles=obstacles(self.person),
            holdings=holder.holdings(self.person.user),
            kept=kept(self.person),
            shown=self._confirmation().seal(self._facts()),
            **kwargs,
        )

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        if "confirmed" not in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, reason=reason))
        try:
            self._confirmation().check(self.request.POST.get(FIELD, ""), self._facts())
            record = erase(self.person, reason=reason, user=self.request.user)
        except ChangedMeanwhile as change:
            form.add_error(None, str(change))
            return self.render_to_response(self.get_context_data(form=form, reason=reason), status=422)
        except ErasureRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _t("The data of %s was erased.") % record.subject)
        return redirect("admin:backoffice_erasure_change", record.pk)

    def _confirmation(self) -> Confirmation:
        return Confirmation(self.request.user, "erase", self.person.user.pk)

    def _facts(self) -> Facts:
        """Return what the page says will happen: what is confirmed is what was shown."""
        said = (obstacles(self.person), holder.holdings(self.person.user), kept(self.person))
        return {_t("what is removed and what stays"): digest(said)}


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyModelAdmin):
    """The record of erasures, to read."""

    empty_text = _("Nobody has asked for their data to be removed yet. It is done on the page of a user.")
    list_display = ("date_created", "subject", "reason", "username")
    fields = ("subject", "reason", "username", "date_created", "what_was_removed", "what_stays")
    readonly_fields = fields

    @display(description=_("Removed"))
    def what_was_removed(self, record: Erasure) -> Any:
        return _lines(record.removed)

    @display(description=_("Kept"))
    def what_stays(self, record: Erasure) -> Any:
        return _lines(record.kept)


def _lines(found: dict[str, int]) -> Any:
    return format_html_join("", "<div>{} {}</div>", ((number, what) for what, number in found.items())) or "–"
