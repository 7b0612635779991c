"""Oscar's admin of orders, which may not cancel one: it would give nothing back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from oscar.apps.order.admin import *  # noqa: F403  (a fork of an Oscar app starts from all of it)
from oscar.apps.order.admin import Order
from oscar.apps.order.admin import OrderAdmin as OscarsOrderAdmin

from oscar_integration.after_order.cancelling import cancelled_statuses


class OrderForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Refuses a status that gives money back, which only the orders dashboard does."""

    def clean_status(self) -> Any:
        status = self.cleaned_data["status"]
        if status in cancelled_statuses() and status != self.initial.get("status"):
            raise forms.ValidationError(
                _("Cancel the order in the orders dashboard, which gives its money back and frees its stock.")
            )
        return status


class OrderAdmin(OscarsOrderAdmin):
    form = OrderForm


admin.site.unregister(Order)
admin.site.register(Order, OrderAdmin)
