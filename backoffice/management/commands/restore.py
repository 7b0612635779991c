from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from backoffice.operations import backup


class Command(BaseCommand):
    help = "Fills the database with a copy that `backup` wrote. Stop the site first; migrate and verify afterwards."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="What `backup` wrote.")
        parser.add_argument("--replace", action="store_true", help="Drop everything that is in the database now.")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        try:
            backup.restore(file, replace=replace)
        except backup.NotEmptyError as error:
            hint = _("With --replace (make restore: REPLACE=1) it would be.")
            raise CommandError(f"{error} {hint}") from error
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(_("Restored from %s.") % file))
