"""The forms of the admin that make users and groups and change what they may do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm

from backoffice.people.identity import AsksForIdentity

User: Any = get_user_model()


class UserForm(AsksForIdentity, UserChangeForm):
    """A user who exists. A name may be corrected without the password; nothing that lets anybody in, or further."""

    sensitive = frozenset({"username", "email", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].help_text = format_html(
                '{} <a class="text-link hover:underline" href="../password/">{}</a>',
                _("Only the user can set it."),
                _("Send them a link to choose a new one…"),
            )


class InviteForm(AsksForIdentity, forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A new user, who chooses the password: a link to do so is mailed to them."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("A link to choose a password is sent to it."))

    class Meta:
        model = User
        fields = ("username", "email", "first_name", "last_name")
        field_classes = {"username": UsernameField}  # noqa: RUF012  (as Django has it)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User._default_manager.filter(email__iexact=email).exists():
            raise ValidationError(_t("There is a user with this e-mail address already."), code="taken")
        return email

    def save(self, commit: bool = True) -> Any:
        self.instance.set_unusable_password()
        return super().save(commit)


class GroupForm(AsksForIdentity, forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A group and what its members may do."""

    sensitive = frozenset({"name", "permissions"})

    class Meta:
        model = Group
        fields = ("name", "permissions")
