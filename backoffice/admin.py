"""Users and groups, such that nobody can promote themselves, and the shipped roles stay what they are."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts_ledger.admin.shared.empty_list import EmptyList
from accounts_ledger.admin.shared.guarded_list import GuardedList
from accounts_ledger.admin.shared.many_choice import ManyChoiceField
from accounts_ledger.written_dates import moment
from backoffice.erasure import pages as erasures
from backoffice.erasure.pages import may_erase
from backoffice.people import reset_link
from backoffice.people.forms import GroupForm, InviteForm, UserForm
from backoffice.people.identity import FIELD
from backoffice.people.site import SiteAdmin
from backoffice.roles import ROLES
from backoffice.security import failed_logins
from backoffice.security.second_factor import devices

__all__ = ["GroupAdmin", "SiteAdmin", "UserAdmin", "erasures", "failed_logins"]

User = get_user_model()

admin.site.unregister(User)
admin.site.unregister(Group)
# Whoever sees the keys of a colleague's app, or their backup codes, could log in as them.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)


class PermissionsField(ManyChoiceField):
    """Names what is permitted first: Django begins all of them alike, with the names of app and model."""

    def __init__(self, queryset: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(queryset.select_related("content_type"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.content_type.app_labeled_name})"


@admin.register(User)
class UserAdmin(GuardedList, EmptyList, DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Whoever is not a superuser can neither touch superusers, nor change what they may do themselves."""

    form = UserForm
    add_form = InviteForm
    add_fieldsets = ((None, {"fields": ("username", "email", "first_name", "last_name", FIELD)}),)
    list_display = ("username", "email", "full_name", "roles", "is_staff", "is_active", "last_seen")
    filter_horizontal = ("user_permissions",)
    list_filter_submit = True
    search_help_text = _("User name, name or e-mail address")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("Name"), ordering="last_name")
    def full_name(self, user: Any) -> str:
        return user.get_full_name()

    @display(description=_("Roles"), empty_value="–")
    def roles(self, user: Any) -> str | None:
        return ", ".join(group.name for group in user.groups.all()) or None

    @display(description=_("Last login"), ordering="last_login", empty_value="–")
    def last_seen(self, user: Any) -> Any:
        return moment(user.last_login) if user.last_login else None

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show the roles, which are few, with a tick each."""
        kwargs["form_class"] = PermissionsField
        if db_field.name == "groups":
            kwargs |= {"widget": UnfoldAdminCheckboxSelectMultipleWidget, "form_class": ManyChoiceField}
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.help_text = _("What this user may do: the sum of what the ticked roles may.")
        return field

    @display(description=_("Two-step login"))
    def two_step_login(self, user: Any) -> Any:
        if not devices.has_factor(user):
            return _("Off")
        address = reverse("second_factor:remove", args=(user.pk,))
        return format_html('{}. <a class="text-link hover:underline" href="{}">{}</a>', _("On"), address, _("Remove…"))

    @display(description=_("Personal data"))
    def personal_data(self, user: Any) -> Any:
        return format_html(
            '<a class="text-link hover:underline" href="{}">{}</a>',
            reverse("erase_person", args=(user.pk,)),
            _("Erase on request…"),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        fields = ("two_step_login", "personal_data") if may_erase(request.user, obj) else ("two_step_login",)
        fieldsets = (*fieldsets, (_("Security and data protection"), {"fields": fields}))
        if not self.has_change_permission(request, obj):
            return fieldsets
        return (*fieldsets, (_("Confirm"), {"fields": (FIELD,)}))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return form.of(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            transaction.on_commit(partial(reset_link.send, request, obj))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Change one's own password, by the old one; send everybody else a link, and nothing but a link."""
        user = self.get_object(request, unquote(id))
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        return redirect("admin:password_change") if user == request.user else reset_link.page(request, user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = [
            *super().get_readonly_fields(request, obj),
            "last_login",
            "date_joined",
            "two_step_login",
            "personal_data",
        ]
        if not request.user.is_superuser:
            fixed += ["is_superuser", "user_permissions"]
            if obj == request.user:
                fixed += ["is_staff", "is_active", "groups"]
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj) and obj != request.user

    @staticmethod
    def _may_touch(request: HttpRequest, user: Any) -> bool:
        return request.user.is_superuser or user is None or not user.is_superuser


@admin.register(Group)
class GroupAdmin(GuardedList, EmptyList, DjangoGroupAdmin, ModelAdmin):
    """The shipped roles are read-only: every migration writes them anew. Others may be made and changed."""

    form = GroupForm
    list_display = ("name", "is_role", "members", "permissions_number")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counts = {"users": Count("user", distinct=True), "allowed": Count("permissions", distinct=True)}
        return super().get_queryset(request).annotate(**counts)

    @display(description=_("Shipped role"), boolean=True)
    def is_role(self, group: Group) -> bool:
        return group.name in ROLES

    @display(description=_("Users"), ordering="users")
    def members(self, group: Any) -> int:
        return group.users

    @display(description=_("Permissions"), ordering="allowed")
    def permissions_number(self, group: Any) -> int:
        return group.allowed

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_free(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_free(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        is_edited = obj is None or self.has_change_permission(request, obj)
        return ("name", "permissions", FIELD) if is_edited else ("name", "may")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return form.of(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "may"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{"form_class": PermissionsField, **kwargs})

    @display(description=_("Permissions"))
    def may(self, group: Group) -> SafeString:
        """The permissions to read, one a line."""
        names = group.permissions.order_by("content_type__app_label", "content_type__model", "name")
        lines = format_html_join("", "<li>{}</li>", names.values_list("name"))
        return format_html("<ul>{}</ul>", lines)

    @staticmethod
    def _is_free(request: HttpRequest, group: Any) -> bool:
        """Return whether *group* is neither a shipped role nor one that gives the user their own permissions."""
        if group is None:
            return True
        if group.name in ROLES:
            return False
        return request.user.is_superuser or not request.user.groups.filter(pk=group.pk).exists()
