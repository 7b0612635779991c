"""Settings of the back office and its example shop, read from the environment (12-factor).

Every variable is listed with its default in ``.env.example``. A ``.env`` file beside ``manage.py`` is
read first; real environment variables win over it.
"""

import datetime
from pathlib import Path
from typing import Any

from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured
from oscar.defaults import *  # noqa: F403  (Oscar is configured by importing its defaults)

from backoffice import database, unfold_settings
from backoffice.env import Variables
from backoffice.mail import queue as mail_queue
from backoffice.operations import logs
from backoffice.security import content_policy
from backoffice.shop.settings import *  # noqa: F403  (what Oscar is told wherever the shop runs)
from backoffice.shop.settings import SHOP_APPS

BASE_DIR = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET_KEY = "development-only-key-that-production-refuses-to-start-with"  # noqa: S105  (no secret)

env = Variables()
env.read_file(BASE_DIR / ".env")
# What the site writes: the embedded database, uploads, collected static files, the search index.
VAR_DIR = BASE_DIR / env.text("VAR_DIR", default="var")

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
if not DEBUG and SECRET_KEY in ("", DEVELOPMENT_SECRET_KEY):
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to a long random value, or set DEBUG=1 on a development machine."
    )
# Whether this is the demo: its payment, which charges nobody, and its people and cards exist only then.
DEMO = env.flag("DEMO", default=DEBUG)
ALLOWED_HOSTS = env.several("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.several("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "django.contrib.humanize",
    "django.forms",
    *SHOP_APPS,
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
    "django_filters",
    "import_export",
    "simple_history",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_tasks",
    "django_tasks_db",
    "accounts_ledger.apps.AccountsLedgerConfig",
    "oscar_integration.apps.OscarIntegrationConfig",
    "backoffice.apps.BackofficeConfig",
]

MIDDLEWARE = [
    "backoffice.operations.request_id.RequestIds",
    "backoffice.operations.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.security.content_policy.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "backoffice.security.private_pages.PrivatePagesMiddleware",
    "backoffice.security.staff_session.StaffSessionMiddleware",
    "backoffice.security.second_factor.enforcement.SecondFactorMiddleware",
    "backoffice.security.addresses.AddressMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "backoffice.security.door_limits.DoorLimitsMiddleware",
    "axes.middleware.AxesMiddleware",
    "backoffice.deletion.ExplainedDeletions",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "backoffice.security.template_loaders.FilesystemLoader",
                        "backoffice.security.template_loaders.AppDirectoriesLoader",
                    ],
                )
            ],
            "builtins": [
                "backoffice.security.nonces",
                "backoffice.security.clean_html",
                "backoffice.links",
                "oscar_integration.templatetags.account_tags",
            ],
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "backoffice.shop.pages.shop_notifications",
                "oscar.core.context_processors.metadata",
            ],
        },
    },
]

# Widgets come from the same loaders: their scripts have the page's nonce, and there can be templates of our own.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Databases -------------------------------------------------------------------------------------
# ATOMIC_REQUESTS stays off: atomic blocks are explicit and short, see docs/decisions.
_POOLED = env.flag("BEHIND_POOLER", default=False)
_CONNECTION: dict[str, Any] = {
    "conn_max_age": env.whole("CONN_MAX_AGE", default=60),
    "pooled": _POOLED,
    # A pooler may not know prepared statements: who has one that does, says so.
    "prepare_threshold": env.whole("DATABASE_PREPARE_THRESHOLD", default=0 if _POOLED else 5),
}
DATABASES = {
    "default": database.configuration(env.text("DATABASE_URL"), embedded=VAR_DIR / "db.sqlite3", **_CONNECTION)
}
if _REPLICA := env.text("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = database.replica(_REPLICA, **_CONNECTION)
    DATABASE_ROUTERS = ["backoffice.operations.replica.Router"]
    MIDDLEWARE.insert(2, "backoffice.operations.replica.ReadsFromReplica")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ----------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "backoffice.security.login_limits.LoginLimitsBackend",
    "backoffice.demo.password.PublishedPasswordBackend",
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 9}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "backoffice.demo.password.PublishedPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
# In seconds: how long staff stay logged in, and for how long without doing anything.
STAFF_SESSION_AGE = env.whole("STAFF_SESSION_HOURS", default=12, least=1) * 3600
STAFF_IDLE_AGE = env.whole("STAFF_IDLE_MINUTES", default=60, least=1) * 60
# The roles that have to log in in two steps, or "all".
STAFF_SECOND_FACTOR_REQUIRED = env.several("STAFF_SECOND_FACTOR_REQUIRED")
# How many logins may fail from one address for one name, from one address, and for one name, before one has to wait.
LOGIN_FAILURE_LIMITS = (5, 30, 100)
AXES_HANDLER = "backoffice.security.login_limits.LoginLimits"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address", "username"]
AXES_FAILURE_LIMIT = LOGIN_FAILURE_LIMITS[0]
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or somebody could keep a colleague waiting for ever
AXES_CLIENT_IP_CALLABLE = "backoffice.security.login_limits.ip_address_of"
AXES_USERNAME_CALLABLE = "backoffice.security.login_limits.username_of"
AXES_LOCKOUT_CALLABLE = "backoffice.security.login_limits.refuse"
AXES_SENSITIVE_PARAMETERS = ["username", "login-username", "login-password", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # ours is backoffice/security/failed_logins.py

# --- Language, time, money -------------------------------------------------------------------------
LANGUAGE_CODE = env.text("LANGUAGE_CODE", default="en-gb")
# Without a list of its own a site is in one language: Oscar would offer all hundred that Django knows.
_LANGUAGE_CODES = {LANGUAGE_CODE, *env.several("LANGUAGES")}
LANGUAGES = [(code, name) for code, name in global_settings.LANGUAGES if code in _LANGUAGE_CODES]
if _UNKNOWN := _LANGUAGE_CODES - dict(LANGUAGES).keys():
    raise ImproperlyConfigured(f"LANGUAGE_CODE and LANGUAGES: there is no language {', '.join(sorted(_UNKNOWN))}.")
TIME_ZONE = env.time_zone("TIME_ZONE", default="Europe/London")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "backoffice.formats"
OSCAR_DEFAULT_CURRENCY = env.text("DEFAULT_CURRENCY", default="GBP")

# --- Files -----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / env.text("MEDIA_ROOT", default=str(VAR_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedStaticFilesStorage"
    },
}

# --- E-mail ----------------------------------------------------------------------------------------
# Without EMAIL_URL, mail is printed by the server process: nothing is sent by accident.
vars().update(env.mail("EMAIL_URL", default="consolemail://"))
# A request writes a mail into the database; `manage.py db_worker` sends it by what EMAIL_URL names.
MAIL_TRANSPORT = vars()["EMAIL_BACKEND"]
EMAIL_BACKEND = mail_queue.BACKEND
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="shop@example.com")
OSCAR_FROM_EMAIL = DEFAULT_FROM_EMAIL
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10  # seconds: how long the worker waits for a mail server that does not answer
# Who is told of errors and of code guessing.
ADMINS = env.people("ADMINS")

# --- Security --------------------------------------------------------------------------------------
# SECURE=0 lets a production build be tried over plain HTTP; anything shared keeps the default.
SECURE = env.flag("SECURE", default=not DEBUG)
SECURE_SSL_REDIRECT = SECURE
SESSION_COOKIE_SECURE = SECURE
if SECURE:
    SESSION_COOKIE_NAME = "__Host-sessionid"  # which browsers take from this very host only, not from one beside it
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "backoffice.error_pages.csrf_failure"
OSCAR_BASKET_COOKIE_SECURE = SECURE
OSCAR_RECENTLY_VIEWED_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
if env.flag("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_policy.directives(env.several("FORM_ACTIONS"))}

# --- Oscar -----------------------------------------------------------------------------------------
SITE_ID = 1
OSCAR_SHOP_NAME = env.text("SHOP_NAME", default="Penny & Co")
OTP_TOTP_ISSUER = OSCAR_SHOP_NAME  # beside one's name in the app on one's phone
OSCAR_URL_SCHEMA = "https" if SECURE else "http"  # of links in mails
OSCAR_SHOP_TAGLINE = env.text("SHOP_TAGLINE")
HAYSTACK_CONNECTIONS = {
    "default": {"ENGINE": "haystack.backends.whoosh_backend.WhooshEngine", "PATH": str(VAR_DIR / "whoosh_index")}
}

# --- The ledger (names and limits; see accounts_ledger/conf.py for all of them) ---------------------
ACCOUNTS_UNIT_NAME = "Gift card"
ACCOUNTS_UNIT_NAME_PLURAL = "Gift cards"
# What codes are sealed with in the database, newest first; without any, a key derived from SECRET_KEY.
ACCOUNTS_CODE_KEYS = env.several("ACCOUNTS_CODE_KEYS")
ACCOUNTS_UNPAID_SOURCES = ("Merchant funded", "Goodwill")
# Whose X-Forwarded-For is believed when attempts to guess codes are counted by address.
ACCOUNTS_TRUSTED_PROXIES = env.several("TRUSTED_PROXIES")
ACCOUNTS_DEFERRED_INCOME_ACCOUNT_TYPES = ("Gift cards", "Store credit", "Loyalty")
ACCOUNTS_GUEST_ORDER_DAYS = env.whole("GUEST_ORDER_DAYS", default=90, least=1)
ACCOUNTS_UPLOADS_KEPT_DAYS = env.whole("UPLOADS_KEPT_DAYS", default=30, least=1)
ACCOUNTS_SHOP_URL = env.site("SHOP_URL")  # in e-mails; default: the domain of the Site
ACCOUNTS_MAIL_CONNECTION = "backoffice.mail.sending.transport"  # by which codes go: they never lie in the queue
# What the demo card gives back. A shop names its own payment method's functions here; without, staff refund by hand.
ACCOUNTS_CANCEL_REMAINDER = "backoffice.shop.demo_card.cancel" if DEMO else None
ACCOUNTS_REFUND_REMAINDER = "backoffice.shop.demo_card.refund" if DEMO else None

# --- Background work --------------------------------------------------------------------------------
# Kept in the database and done by `manage.py db_worker`: no broker to install.
TASKS = {"default": {"BACKEND": env.text("TASKS_BACKEND", default="django_tasks_db.DatabaseBackend")}}

# --- Import, export, history ------------------------------------------------------------------------
# Without these two, any staff user could import (django-import-export asks for no permission by default).
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
SIMPLE_HISTORY_REVERT_DISABLED = True

# --- Admin look -------------------------------------------------------------------------------------
UNFOLD = unfold_settings.UNFOLD

# --- Operations -------------------------------------------------------------------------------------
LOGGING = logs.configuration(
    as_json=env.flag("LOG_JSON", default=not DEBUG), level=env.one_of("LOG_LEVEL", logs.LEVELS, default="INFO")
)
# The header in which a proxy hands on the request ids that it gives. Empty: what clients send is not believed.
REQUEST_ID_HEADER = env.text("REQUEST_ID_HEADER")
# What Prometheus must show to be given /metrics. Empty: there is no such page.
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_DIR = BASE_DIR / env.text("METRICS_DIR", default=str(VAR_DIR / "metrics"))
