"""The pages: the second step of the login, and setting two-step login up, renewing backup codes, turning it off."""

from __future__ import annotations

from typing import Any

import django_otp
import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.people.identity import AsksForIdentity
from backoffice.security.second_factor import devices
from backoffice.security.second_factor.enforcement import is_required_of

_BEGUN = "second_factor_begun"


class StepForm(forms.Form):
    """A code from the app, or a backup code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class StepView(FormView):  # type: ignore[type-arg]  # generic only in the stubs
    """A page that takes a code."""

    form_class = StepForm
    title: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {**admin.site.each_context(self.request), "title": self.title}
        return super().get_context_data(**context, **kwargs)

    def form_valid(self, form: StepForm) -> HttpResponse:
        try:
            return self.step(form.cleaned_data["code"])
        except devices.WrongCode as refusal:
            form.add_error("code", refusal)
            form.data = {}  # an empty field for the next code
            return self.form_invalid(form)

    def step(self, code: str) -> HttpResponse:
        """Do what the page is for.

        Raises:
            WrongCode: *code* is not accepted.
        """
        raise NotImplementedError

    def show_backup_codes(self, codes: list[str]) -> HttpResponse:
        """Answer with the page that shows new codes, this once."""
        context = {**admin.site.each_context(self.request), "title": _("Your backup codes"), "codes": codes}
        return TemplateResponse(self.request, "admin/second_factor/backup_codes.html", context)


class VerifyView(StepView):
    """The second step of the login."""

    template_name = "admin/second_factor/verify.html"
    title = _("Two-step login")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_verified() or not devices.has_factor(request.user):  # type: ignore[union-attr]  # django-otp's
            return HttpResponseRedirect(next_page(request))
        return super().dispatch(request, *args, **kwargs)

    def step(self, code: str) -> HttpResponse:
        device = devices.verify(self.request.user, code)
        admit(self.request, device)
        left = devices.backup_codes_left(self.request.user)
        if not isinstance(device, TOTPDevice):
            messages.warning(self.request, _t("You used a backup code. Codes left: %d.") % left)
        return HttpResponseRedirect(next_page(self.request))


class SetUpView(StepView):
    """The QR code for the app, and the first code from it. The session that began alone is shown its key."""

    template_name = "admin/second_factor/set_up.html"
    title = _("Set up two-step login")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if devices.has_factor(request.user):
            return redirect("second_factor:status")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        app = devices.begin(self.request.user, self.request.session.get(_BEGUN))
        self.request.session[_BEGUN] = app.pk
        secret = app.config_url.partition("secret=")[2].partition("&")[0]
        picture = segno.make(app.config_url).svg_data_uri(scale=5, border=3, light="white")
        required = is_required_of(self.request.user)
        return super().get_context_data(picture=picture, secret=secret, required=required, **kwargs)

    def step(self, code: str) -> HttpResponse:
        app, codes = devices.confirm(self.request.user, self.request.session.get(_BEGUN), code)
        admit(self.request, app)
        record(self.request, self.request.user, "Turned two-step login on.")
        return self.show_backup_codes(codes)


class StatusView(TemplateView):
    """Shows whether it is on, how many backup codes are left, and what can be done."""

    template_name = "admin/second_factor/status.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            **admin.site.each_context(self.request),
            title=_("Two-step login"),
            is_on=devices.has_factor(user),
            codes_left=devices.backup_codes_left(user),
            required=is_required_of(user),
            **kwargs,
        )


class BackupCodesView(StepView):
    """New backup codes, for a code."""

    template_name = "admin/second_factor/ask.html"
    title = _("Make new backup codes")
    extra_context = {"intro": _("The codes that you have now will no longer work.")}  # noqa: RUF012  (as Django has it)

    def step(self, code: str) -> HttpResponse:
        devices.verify(self.request.user, code)
        record(self.request, self.request.user, "Made new backup codes.")
        return self.show_backup_codes(devices.new_backup_codes(self.request.user))


class TurnOffView(StepView):
    """Off, for a code: whoever finds an open session cannot."""

    template_name = "admin/second_factor/ask.html"
    title = _("Turn two-step login off")
    extra_context = {"intro": _("Your password alone will be enough to log in.")}  # noqa: RUF012  (as Django has it)

    def step(self, code: str) -> HttpResponse:
        devices.verify(self.request.user, code)
        devices.remove(self.request.user)
        record(self.request, self.request.user, "Turned two-step login off.")
        messages.success(self.request, _t("Two-step login is off."))
        return redirect("second_factor:status")


class RemoveView(FormView):  # type: ignore[type-arg]  # generic only in the stubs
    """For a colleague who lost their phone and their backup codes: by whoever may change their user."""

    template_name = "admin/second_factor/remove.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.colleague = get_object_or_404(get_user_model(), pk=kwargs["pk"])
        may = admin.site.get_model_admin(get_user_model()).has_change_permission(request, self.colleague)
        if not may:
            raise PermissionDenied
        if self.colleague == request.user:
            return redirect("second_factor:status")  # where turning it off takes a code
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        return AsksForIdentity.of(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **admin.site.each_context(self.request),
            title=_("Remove two-step login"),
            colleague=self.colleague,
            is_on=devices.has_factor(self.colleague),
            **kwargs,
        )

    def form_valid(self, form: Any) -> HttpResponse:
        devices.remove(self.colleague)
        record(self.request, self.colleague, "Removed two-step login.")
        messages.success(self.request, _t("%s can log in with the password alone.") % self.colleague)
        return redirect("admin:auth_user_change", self.colleague.pk)


def admit(request: HttpRequest, device: Any) -> None:
    """Remember that the second step was made, in a session with a new key."""
    request.session.cycle_key()
    django_otp.login(request, device)


def next_page(request: HttpRequest) -> str:
    """Return where the login was to lead, within this site."""
    address = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return reverse("admin:index")


def record(request: HttpRequest, user: Any, what: str) -> None:
    """Write to the history of *user* that the one of *request* did this."""
    actor: Any = request.user.pk
    LogEntry.objects.log_actions(actor, [user], CHANGE, change_message=what, single_object=True)


#: For staff, as all of the admin, and never kept by a browser.
urlpatterns = [
    path("", admin.site.admin_view(StatusView.as_view()), name="status"),
    path("verify/", admin.site.admin_view(VerifyView.as_view()), name="verify"),
    path("set-up/", admin.site.admin_view(SetUpView.as_view()), name="set_up"),
    path("backup-codes/", admin.site.admin_view(BackupCodesView.as_view()), name="backup_codes"),
    path("turn-off/", admin.site.admin_view(TurnOffView.as_view()), name="turn_off"),
    path("remove/<int:pk>/", admin.site.admin_view(RemoveView.as_view()), name="remove"),
]
