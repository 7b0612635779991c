"""gunicorn's access log, in the lines of `backoffice.operations.logs`."""

from __future__ import annotations

import datetime
from typing import Any

from gunicorn.glogging import Logger

from backoffice.operations.request_id import RESPONSE_HEADER

#: Asked every few seconds by machines; only their failures are news.
_PROBES = ("/health/", "/metrics")


class AccessLog(Logger):
    """One line a request: never its query string or referrer, for staff search for codes, and a code is money."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: datetime.timedelta) -> None:
        path, status = environ.get("PATH_INFO", ""), int(str(resp.status).split(None, 1)[0])
        if path.startswith(_PROBES) and status < 400:
            return
        headers = {name.lower(): value for name, value in resp.headers}
        self.access_log.info(
            "%s %s %d",
            environ.get("REQUEST_METHOD"),
            path,
            status,
            extra={
                "request_id": headers.get(RESPONSE_HEADER.lower(), "-"),
                "client": environ.get("REMOTE_ADDR") or "unix",
                "bytes": getattr(resp, "sent", None),
                "milliseconds": round(request_time.total_seconds() * 1000),
            },
        )
