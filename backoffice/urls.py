"""All URLs: the admin under /admin/, the example shop everywhere else."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path

from backoffice.command_search import palette
from backoffice.erasure.pages import EraseView
from backoffice.people.profile import GuardedProfileUpdateView
from backoffice.security import uploads
from backoffice.security.login_pages import LogoutView, login
from backoffice.shop.pages import WishListCreateView

handler400 = "backoffice.error_pages.bad_request"
handler403 = "backoffice.error_pages.permission_denied"
handler404 = "backoffice.error_pages.not_found"
handler500 = "backoffice.error_pages.server_error"

# Oscar's app configurations carry their URLs.
shop: Any = apps.get_app_config("oscar")

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/reports/", include(("accounts_ledger.admin.report_pages", "ledger_reports"))),
    path("admin/search/", palette),
    path("admin/erase/<int:pk>/", admin.site.admin_view(EraseView.as_view()), name="erase_person"),
    path("admin/login/", login),
    path("admin/two-step-login/", include(("backoffice.security.second_factor.views", "second_factor"))),
    path("admin/", admin.site.urls),
    path("", include("oscar_integration.urls")),
    path("accounts/profile/edit/", login_required(GuardedProfileUpdateView.as_view())),
    path("accounts/wishlists/create/with-product/<int:product_pk>/", login_required(WishListCreateView.as_view())),
    path("accounts/logout/", LogoutView.as_view()),
    path("", include(shop.urls[0])),
    # In development only; deploy/nginx.conf does the same in production.
    *static(settings.MEDIA_URL, view=uploads.serve, document_root=settings.MEDIA_ROOT),
]
