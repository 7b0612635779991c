"""One look and one guard for every admin: those of other apps, made for Django's own look, get Unfold's and ours."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.core.checks import CheckMessage, Error
from treebeard.admin import TreeAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from accounts_ledger.admin.shared.guarded_list import GuardedList


def restyle_admins(site: Any = admin.site) -> None:
    """Register every admin of *site* that is not Unfold's anew, as a subclass of itself, Unfold's and `GuardedList`."""
    for model, registered in list(site._registry.items()):
        if isinstance(registered, ModelAdmin):
            continue
        site.unregister(model)
        site.register(model, restyled(type(registered)))


def check_lists(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a list whose address can ask for more than the list shows, codes and passwords among it."""
    return [
        Error(
            f"The list of {model._meta.label} answers whatever its address asks, about any field of the model.",
            hint=f"Let {type(registered).__name__} inherit GuardedList, before Django's class.",
            id="backoffice.E007",
        )
        for model, registered in admin.site._registry.items()
        if getattr(type(registered), "lookup_allowed", None) is not GuardedList.lookup_allowed
    ]


def restyled(admin_class: type[admin.ModelAdmin[Any]]) -> type[ModelAdmin[Any]]:
    """Return *admin_class* with Unfold's look, and a list that tells only what it shows."""
    attributes: dict[str, Any] = {"inlines": [_restyled_inline(inline) for inline in admin_class.inlines]}
    if issubclass(admin_class, TreeAdmin):
        # treebeard's list and Unfold's exclude each other: the tree is shown as a plain list in tree order.
        attributes |= {"ordering": ("path",), "change_list_template": None, "form": admin_class.form}
        kept = ("list_display", "search_fields", "list_filter", "prepopulated_fields", "fieldsets", "exclude")
        attributes |= {name: getattr(admin_class, name) for name in kept}
        return type(f"Restyled{admin_class.__name__}", (GuardedList, ModelAdmin), attributes)
    bases = (GuardedList, *([] if issubclass(ModelAdmin, admin_class) else [admin_class]), ModelAdmin)
    return type(f"Restyled{admin_class.__name__}", bases, attributes)


def _restyled_inline(inline: type[InlineModelAdmin[Any, Any]]) -> type[InlineModelAdmin[Any, Any]]:
    if issubclass(inline, TabularInline | StackedInline):
        return inline
    base = TabularInline if issubclass(inline, admin.TabularInline) else StackedInline
    return type(f"Restyled{inline.__name__}", (inline, base), {"template": base.template})
