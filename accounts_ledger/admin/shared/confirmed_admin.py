"""Forms that edit and pages that delete: they save over what was shown, not over what others made of it meanwhile."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.formats import localize
from django.utils.text import capfirst

from accounts_ledger import locks
from accounts_ledger.admin.shared.confirmation import FIELD, Confirmation, Facts
from accounts_ledger.exceptions import ChangedMeanwhile


class ConfirmedAdmin:
    """Mixin of a model admin. Two people who have one form open do not undo each other's changes unseen."""

    change_form_template = "admin/accounts_ledger/confirmed_change_form.html"
    delete_confirmation_template = "admin/accounts_ledger/confirmed_delete.html"
    model: type[models.Model]
    #: Fields that are shown, and must not change meanwhile, beside those of the form.
    shown_fields: tuple[str, ...] = ()

    def shown_facts(self, request: HttpRequest, obj: Any) -> Facts:
        """Return what the form shows of *obj*, read anew."""
        found = self.model._default_manager.get(pk=obj.pk)
        names = [*self.get_fields(request, obj), *self.shown_fields]  # type: ignore[attr-defined]  # of Django's ModelAdmin
        fields = {field.name: field for field in (*self.model._meta.concrete_fields, *self.model._meta.many_to_many)}
        return {
            str(capfirst(fields[name].verbose_name)): _text(found, fields[name]) for name in names if name in fields
        }

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]  # of Django's ModelAdmin
        if obj is None or request.method != "POST":
            return form
        check = self._check_as_shown

        class AsShown(form):  # type: ignore[misc, valid-type]  # the form of the admin, whichever that is
            def clean(self) -> Any:
                cleaned = super().clean()
                try:
                    check(request, obj)
                except ChangedMeanwhile as change:
                    self.add_error(None, str(change))
                return cleaned

        return AsShown

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        if obj is not None:
            context["shown"] = self._confirmation(request, obj).seal(self.shown_facts(request, obj))
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]  # as above

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)  # type: ignore[attr-defined]  # as above
        if obj is None or not self.has_delete_permission(request, obj):  # type: ignore[attr-defined]  # as above
            return self._delete(request, object_id, extra_context)
        if request.method != "POST":
            shown = self._confirmation(request, obj).seal(self.shown_facts(request, obj))
            return self._delete(request, object_id, {**(extra_context or {}), "shown": shown})
        try:
            with transaction.atomic():
                self._check_as_shown(request, obj)
                return self._delete(request, object_id, extra_context)
        except ChangedMeanwhile as change:
            messages.error(request, str(change))
            return HttpResponseRedirect(request.get_full_path())

    def _delete(self, request: HttpRequest, object_id: str, extra_context: Any) -> HttpResponse:
        answer: HttpResponse = super().delete_view(request, object_id, extra_context)  # type: ignore[misc]  # as above
        return answer

    def _check_as_shown(self, request: HttpRequest, obj: Any) -> None:
        """Lock *obj* until the transaction ends, and raise ChangedMeanwhile unless it is what the page showed."""
        locks.row(self.model, obj.pk)
        self._confirmation(request, obj).check(request.POST.get(FIELD, ""), self.shown_facts(request, obj))

    def _confirmation(self, request: HttpRequest, obj: Any) -> Confirmation:
        return Confirmation(request.user, f"edit:{self.model._meta.label}", obj.pk)


def _text(obj: Any, field: Any) -> str:
    if field.many_to_many:
        return ", ".join(sorted(str(related) for related in getattr(obj, field.name).all()))
    value = getattr(obj, field.name)
    if isinstance(value, models.Model):
        return f"{value} (#{value.pk})"
    return "" if value is None else str(localize(value))
