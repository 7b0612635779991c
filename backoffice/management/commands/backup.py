from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from backoffice.operations import backup


class Command(BaseCommand):
    help = "Writes a copy of the whole database to a file, while the shop goes on."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Where to; it must not exist yet.")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            backup.backup(file)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        size = _("%(file)s: %(size)s bytes") % {"file": file, "size": f"{file.stat().st_size:,}"}
        self.stdout.write(self.style.SUCCESS(size))
