"""Settings of gunicorn, the production server (``make serve``)."""

import os
from pathlib import Path
from typing import ClassVar

import environ

from backoffice.operations import logs


class _Environment(environ.Env):
    """A copy: workers must find `.env` as it is when they start, not as it was when gunicorn did."""

    ENVIRON: ClassVar = dict(os.environ)


_Environment.read_env(Path(__file__).parent.parent / ".env")
_env = _Environment()

logger_class = "backoffice.operations.access_log.AccessLog"
logconfig_dict = logs.configuration(
    as_json=_env.bool("LOG_JSON", default=not _env.bool("DEBUG", default=False)), level="INFO", mail=False
)
#: Workers are renewed now and then, not all at once, so that a slow leak never matters.
max_requests = 2000
max_requests_jitter = 200
timeout = 60
