"""The pages of two-step login; for staff, as all of the admin, and never kept by a browser."""

from django.contrib import admin
from django.urls import path

from backoffice.security.second_factor import views

app_name = "second_factor"

urlpatterns = [
    path("", admin.site.admin_view(views.StatusView.as_view()), name="status"),
    path("verify/", admin.site.admin_view(views.VerifyView.as_view()), name="verify"),
    path("set-up/", admin.site.admin_view(views.SetUpView.as_view()), name="set_up"),
    path("backup-codes/", admin.site.admin_view(views.BackupCodesView.as_view()), name="backup_codes"),
    path("turn-off/", admin.site.admin_view(views.TurnOffView.as_view()), name="turn_off"),
    path("remove/<int:pk>/", admin.site.admin_view(views.RemoveView.as_view()), name="remove"),
]
