"""docs/add-to-your-oscar-project.md, followed to the letter: a plain Oscar project is built from it and pays orders."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "add-to-your-oscar-project.md"

#: A project as Oscar's own instructions make it: what the page takes for granted.
PLAIN_SETTINGS = """
from oscar.defaults import *
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "only-for-this-test"
DEBUG = True
ALLOWED_HOSTS = ["*"]
SITE_ID = 1
USE_TZ = True
ROOT_URLCONF = "shop.urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_INITIAL_ORDER_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {"Pending": ("Cancelled",), "Cancelled": ()}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
AUTHENTICATION_BACKENDS = (
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
)
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "oscar.config.Shop",
    *[
        f"oscar.apps.{name}"
        for name in (
            "analytics.apps.AnalyticsConfig checkout.apps.CheckoutConfig address.apps.AddressConfig "
            "shipping.apps.ShippingConfig catalogue.apps.CatalogueConfig "
            "catalogue.reviews.apps.CatalogueReviewsConfig communication.apps.CommunicationConfig "
            "partner.apps.PartnerConfig basket.apps.BasketConfig payment.apps.PaymentConfig offer.apps.OfferConfig "
            "order.apps.OrderConfig customer.apps.CustomerConfig search.apps.SearchConfig voucher.apps.VoucherConfig "
            "wishlists.apps.WishlistsConfig dashboard.apps.DashboardConfig "
            "dashboard.reports.apps.ReportsDashboardConfig dashboard.users.apps.UsersDashboardConfig "
            "dashboard.orders.apps.OrdersDashboardConfig dashboard.catalogue.apps.CatalogueDashboardConfig "
            "dashboard.offers.apps.OffersDashboardConfig dashboard.partners.apps.PartnersDashboardConfig "
            "dashboard.pages.apps.PagesDashboardConfig dashboard.ranges.apps.RangesDashboardConfig "
            "dashboard.reviews.apps.ReviewsDashboardConfig dashboard.vouchers.apps.VouchersDashboardConfig "
            "dashboard.communications.apps.CommunicationsDashboardConfig "
            "dashboard.shipping.apps.ShippingDashboardConfig"
        ).split()
    ],
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ],
        },
    },
]
"""

PLAIN_URLS = """
from django.apps import apps
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
"""

MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""

#: A guest walks through the checkout of the built project. Prints what the page promises.
SHOPPER = """
import os, re, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
import django
django.setup()
from decimal import Decimal as D
from django.test import Client
from django.urls import reverse
from oscar.apps.address.models import Country
from oscar.apps.catalogue.models import ProductClass
from oscar.apps.order.models import Order
from oscar.test.factories import create_product
from accounts_ledger.models import Account

price, token = sys.argv[1:]
Country.objects.get_or_create(
    iso_3166_1_a2="GB", defaults={"printable_name": "United Kingdom", "name": "UK", "is_shipping_country": True}
)
product = create_product(title="Mug", price=D(price), num_in_stock=5)
client = Client()
client.post(reverse("basket:add", args=[product.pk]), {"quantity": 1})
client.post(reverse("checkout:index"), {"username": "guest@example.com", "options": "anonymous"})
address = {"first_name": "B", "last_name": "C", "line1": "1 King's Road", "line4": "London", "postcode": "SW3 5AA"}
client.post(reverse("checkout:shipping-address"), {**address, "country": "GB"})
page = client.get(reverse("checkout:shipping-method"), follow=True)
page = client.post(reverse("checkout:payment-details"), {"action": "use-code", "code": "try this card"}, follow=True)
assert "will be paid from" in page.content.decode(), page.content.decode()
if token:
    page = client.post(reverse("checkout:preview"), {"card_token": token})
    assert 'name="card_token"' in page.content.decode()
else:
    page = client.get(reverse("checkout:preview"))
(seen,) = re.findall('name="order_seen" value="([^"]+)"', page.content.decode())
form = {"action": "place_order", "card_token": token, "order_seen": seen}
page = client.post(reverse("checkout:preview"), form, follow=True)
card = Account.objects.get(code="TRYTHISCARD")
order = Order.objects.order_by("-pk").first()
placed = page.redirect_chain and page.redirect_chain[-1][0] == reverse("checkout:thank-you")
print("placed" if placed else "refused")
print("left on card", card.balance, "held", card.held)
for source in order.sources.all() if order else []:
    print("order", order.pk, source.source_type, source.amount_debited)
print("thanks tell it" if "Remaining balance" in page.content.decode() else "")
print("declined" if "Your card was declined." in page.content.decode() else "")
"""

#: A customer and somebody of the staff look at the pages that the built project has gained. Prints what they find.
VISITORS = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
import django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from decimal import Decimal as D
from django.urls import reverse
from oscar.apps.order.models import Order
from accounts_ledger import chart, facade

User = get_user_model()
customer = Client()
customer.force_login(User.objects.create_user("barry", "barry@example.com"))
home = customer.get(reverse("catalogue:index")).content.decode()
print("menu" if 'href="/gift-cards/balance/"' in home else "no link in the menu")
profile = customer.get(reverse("customer:order-list")).content.decode()
print("account section" if 'href="/accounts/gift-cards/"' in profile else "no link in the account section")
balance = customer.post("/gift-cards/balance/", {"code": "TRY-THIS-CARD"}).content.decode()
print("balance" if "30.00" in balance else balance)
facade.issue(chart.bank(), D("15.00"), code="MINE-FROM-NOW-ON")
mine = customer.post("/accounts/gift-cards/", {"code": "MINE-FROM-NOW-ON"}, follow=True).content.decode()
print("my cards" if "15.00" in mine else mine)

staff = Client()
staff.force_login(User.objects.create_superuser("admin", "admin@example.com"))
order = Order.objects.get()
for path in (
    "/admin/accounts_ledger/account/",
    "/admin/accounts_ledger/transfer/",
    "/admin/reports/",
    reverse("dashboard:order-detail", args=[order.number]),
):
    print(staff.get(path).status_code, path if "/order" not in path else "order")
"""

#: Somebody of the staff cancels an order that a card and the other method have paid. Prints what became of the money.
STAFF = """
import os, re
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
import django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order
from accounts_ledger.models import Account
from shop import card_gateway

staff = Client()
staff.force_login(get_user_model().objects.get(username="admin"))
order = Order.objects.latest("pk")
page = reverse("dashboard:order-detail", args=[order.number])
content = staff.get(page).content.decode()
print("form" if 'id="refund-form"' in content else "no form")
shown = re.search(r'name="shown" value="([^"]+)"', content)[1]
staff.post(page, {"order_action": "change_order_status", "new_status": "Cancelled", "shown": shown})
order.refresh_from_db()
print(order.status, Account.objects.get(code="TRYTHISCARD").balance, sum(card_gateway.refunds.values()))
"""

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"^(?:#|\{#) (\S+\.\w+)( \(at the end\))?(?: #\})?\n")


class Project:
    """A plain Oscar project in a directory, to which parts of the page are applied."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.write("shop/__init__.py", "")
        self.write("shop/settings.py", PLAIN_SETTINGS)
        self.write("shop/urls.py", PLAIN_URLS)
        self.write("manage.py", MANAGE)
        self.write("shopper.py", SHOPPER)
        self.write("visitors.py", VISITORS)
        self.write("staff.py", STAFF)

    def write(self, name: str, content: str, append: bool = False) -> None:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if append else "w") as file:
            file.write(content)

    def run(self, *arguments: str) -> str:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
        }
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def follow(self, text: str) -> None:
        """Do what the blocks of *text* say: write files, append to them, run commands."""
        for language, content in BLOCK.findall(text):
            if language == "console":
                for line in content.splitlines():
                    command = shlex.split(line.removeprefix("$ "))
                    assert command[0] == "python", line
                    self.run(*command[1:])
                continue
            name = FILE_NAME.match(content)
            assert name, f"A block that names no file:\n{content}"
            self.write(name[1], content[name.end() :], append=bool(name[2]))


@pytest.fixture(scope="module")
def page() -> tuple[str, str]:
    text = PAGE.read_text()
    at = text.index("## 5.")
    return text[:at], text[at:]


@pytest.mark.slow
def test_the_page_builds_a_project_that_pays_orders(tmp_path, page):
    accounts_only, rest_by_card = page
    project = Project(tmp_path)

    project.follow(accounts_only)
    assert "No changes detected" in project.run("manage.py", "makemigrations", "--check", "--dry-run")
    paid_in_full = project.run("shopper.py", "20.00", "").splitlines()
    assert paid_in_full[:2] == ["placed", "left on card 30.00 held 0.00"]
    assert "order 1 Account 20.00" in paid_in_full
    assert "thanks tell it" in paid_in_full

    assert project.run("visitors.py").splitlines() == [
        "menu",
        "account section",
        "balance",
        "my cards",
        "200 /admin/accounts_ledger/account/",
        "200 /admin/accounts_ledger/transfer/",
        "200 /admin/reports/",
        "200 order",
    ]

    project.follow(rest_by_card)
    declined = project.run("shopper.py", "45.00", "declined").splitlines()
    assert declined[:2] == ["refused", "left on card 30.00 held 0.00"]
    assert "declined" in declined
    paid_in_part = project.run("shopper.py", "45.00", "token").splitlines()
    assert paid_in_part[:2] == ["placed", "left on card 0.00 held 0.00"]
    assert "order 2 Account 30.00" in paid_in_part
    assert "order 2 Card 15.00" in paid_in_part

    assert project.run("staff.py").splitlines() == ["form", "Cancelled 30.00 15.00"]
    assert "No changes detected" in project.run("manage.py", "makemigrations", "--check", "--dry-run")
    assert "no issues" in project.run("manage.py", "check")
