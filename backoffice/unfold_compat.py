"""All contact of the back office with Unfold's inner parts; an upgrade of Unfold is tested in one place.

Its documented classes, widgets and decorators are used where they are needed. Here is what it does not promise: how its
admin classes go with those of other apps, how it links read-only fields, and how its command palette answers.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.core.checks import CheckMessage, Error
from django.core.paginator import Paginator
from django.db.models import ForeignObjectRel, Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from treebeard.admin import TreeAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.dataclasses import SearchResult
from unfold.fields import UnfoldAdminReadonlyField

from accounts_ledger.admin.shared.guarded_list import GuardedList
from backoffice.security import nonces


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


def restrict_related_links() -> None:
    """Have the admin's read-only fields link to what they name only for those who may see it; Django links for all."""
    without = UnfoldAdminReadonlyField.get_admin_url

    def get_admin_url(field: Any, remote_field: ForeignObjectRel, remote_obj: Model) -> Any:
        request = nonces.answered()
        registered = admin.site._registry.get(remote_field.model)
        if request is not None and registered and not registered.has_view_or_change_permission(request):
            return str(remote_obj)
        return without(field, remote_field, remote_obj)

    UnfoldAdminReadonlyField.get_admin_url = get_admin_url


def answer_palette(request: HttpRequest, term: str) -> HttpResponse:
    """Answer the command palette by Unfold's own view, on its first page: there is no other, and it fails on nonsense.

    It calls the ``search_callback`` of the settings, and keeps what that returned for five minutes.
    """
    asked = QueryDict(mutable=True)
    asked.update({"s": term, "extended": "1"})
    request.GET = asked  # type: ignore[assignment]  # where Unfold's view looks
    response: HttpResponse = admin.site.search(request)  # type: ignore[attr-defined]  # Unfold's site has it
    return response


def refuse_in_palette(request: HttpRequest, message: str) -> HttpResponse:
    """Say *message* in the command palette, this once: Unfold's view would keep it for five minutes."""
    result = SearchResult(title=message, description="", link=reverse("admin:index"), icon="block")
    pages = Paginator([result], 1)
    context = {"page_obj": pages, "results": pages.page(1), "page_counter": 0, "execution_time": 0}
    return render(request, "unfold/helpers/command_results.html", context)
