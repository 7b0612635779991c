#!/usr/bin/env python
"""Django's command line for the back office."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    from backoffice.command_line import run

    run(sys.argv)


if __name__ == "__main__":
    main()
