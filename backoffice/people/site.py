"""The site's own address. Links in mails lead there, those that choose a new password among them.

Whoever could name a machine of their own here would be sent the links that customers and colleagues follow.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from accounts_ledger.admin.shared.guarded_list import GuardedList
from backoffice.people.identity import FIELD, AsksForIdentity

admin.site.unregister(Site)


class SiteForm(AsksForIdentity, forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A site: its address is one that this server answers at."""

    sensitive = frozenset({"domain"})

    class Meta:
        model = Site
        fields = ("domain", "name")

    def clean_domain(self) -> str:
        domain: str = self.cleaned_data["domain"]
        host, _port = split_domain_port(domain)
        if "domain" in self.changed_data and not (host and validate_host(host, settings.ALLOWED_HOSTS)):
            raise ValidationError(
                _("This server does not answer at %s. Add it to ALLOWED_HOSTS first, or mails would lead elsewhere.")
                % domain,
                code="elsewhere",
            )
        return domain


@admin.register(Site)
class SiteAdmin(GuardedList, ModelAdmin):
    form = SiteForm
    list_display = ("domain", "name")
    search_fields = ("domain", "name")
    fields = ("domain", "name", FIELD)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return form.of(request)
