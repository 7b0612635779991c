"""Settings of gunicorn, the production server (``make serve``)."""

import os
from pathlib import Path
from typing import ClassVar

from backoffice.env import Variables
from backoffice.operations import logs


class _Environment(Variables):
    """A copy: workers must find `.env` as it is when they start, not as it was when gunicorn did."""

    ENVIRON: ClassVar = dict(os.environ)


_Environment.read_file(Path(__file__).parent.parent / ".env")
_env = _Environment()

logger_class = "backoffice.operations.access_log.AccessLog"
logconfig_dict = logs.configuration(
    as_json=_env.flag("LOG_JSON", default=not _env.flag("DEBUG", default=False)), level="INFO", mail=False
)
#: Nobody uses it, and two servers of one user, as during an upgrade, would fight for the same one.
control_socket_disable = True
#: Workers are renewed now and then, not all at once, so that a slow leak never matters.
max_requests = 2000
max_requests_jitter = 200
timeout = 60
