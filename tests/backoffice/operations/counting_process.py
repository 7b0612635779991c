"""``python -m tests.backoffice.operations.counting_process FOLDER``: counts a thing, says so, and waits."""

import sys
from pathlib import Path

from prometheus_client import Counter

from backoffice.operations import metric_files

if __name__ == "__main__":
    metric_files.use(Path(sys.argv[1]))
    Counter("worker_things", "Things", registry=None).inc()
    sys.stdout.write("counted\n")
    sys.stdout.flush()
    sys.stdin.read()
