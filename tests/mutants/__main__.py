"""``python -m tests.mutants [posting] [allocation]``: does each small change of the code fail a test?

The code is changed in a clone of what is committed, never here. It takes hours: each change runs tests, on a PostgreSQL
of its own. Prints every change that no test noticed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.database import hurry, start_postgresql

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: Of the environment that runs this: cosmic-ray, and the Python that its test command names.
PROGRAMS = Path(sys.executable).parent


def main() -> None:
    known = sorted(path.stem for path in HERE.glob("*.toml"))
    names = sys.argv[1:] or known
    if unknown := set(names) - set(known):
        sys.exit(f"There are no mutants of {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    with tempfile.TemporaryDirectory(prefix="ledger-mutants-") as folder:
        clone = Path(folder, "code")
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        server = start_postgresql(Path(folder, "pgdata"))
        try:
            hurry(server.get_uri())
            environment = os.environ | {
                "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
                "TEST_ENGINE": "postgresql",
                "TEST_DATABASE_URL": server.get_uri(),
            }
            for name in names:
                _mutate(name, clone, environment)
        finally:
            server.cleanup()


def _mutate(name: str, clone: Path, environment: dict[str, str]) -> None:
    config, session = str(HERE / f"{name}.toml"), str(clone.parent / f"{name}.sqlite")

    def run(*command: str) -> None:
        subprocess.run(command, cwd=clone, env=environment, check=True)

    # Without any change the tests have to pass, or all of it would prove nothing.
    run("cosmic-ray", "--verbosity=INFO", "baseline", config)
    run("cosmic-ray", "init", config, session)
    run("cr-filter-operators", session, config)
    run("cosmic-ray", "exec", config, session)
    run("cr-report", "--surviving-only", "--show-diff", session)


if __name__ == "__main__":
    main()
