"""Looks requirements up in the database of known vulnerabilities, and tells "none known" from "could not ask".

``python .ci/audit.py FILE…``: exit status 1 if a vulnerability is known, 2 if a package could not be looked
up, 0 if all were and none has any. Neither `make lint` nor `make test` asks: a mirror of a package index often has no
such data, and no change to the code could help.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SOUND, VULNERABLE, NOT_AUDITED = range(3)


def main(files: list[str]) -> int:
    found = [audit(file) for file in files]
    return VULNERABLE if VULNERABLE in found else max(found)


def audit(file: str) -> int:
    """Print what is known of the packages in *file*; return the worst of it."""
    packages = ask(file)
    if packages is None:
        print(f"{file}: NOT AUDITED: the database of vulnerabilities could not be reached.")
        return NOT_AUDITED
    audited = [package for package in packages if "vulns" in package]
    vulnerable = [package for package in audited if package["vulns"]]
    for package in vulnerable:
        for vulnerability in package["vulns"]:
            fixed = ", ".join(vulnerability["fix_versions"]) or "not yet"
            print(f"{file}: {package['name']} {package['version']}: {vulnerability['id']}, fixed in: {fixed}")
    unknown = len(packages) - len(audited)
    if unknown:
        print(f"{file}: {unknown} of {len(packages)} packages NOT AUDITED: the index has no data about them.")
    print(f"{file}: {len(audited)} packages audited, {len(vulnerable)} vulnerable.")
    if vulnerable:
        return VULNERABLE
    return NOT_AUDITED if unknown else SOUND


def ask(file: str) -> list[dict[str, Any]] | None:
    """Return what pip-audit says of each package in *file*, None if it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", file, "--disable-pip", "--require-hashes"]
    done = subprocess.run([*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        print(done.stderr.strip().rpartition("\n")[2], file=sys.stderr)
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
