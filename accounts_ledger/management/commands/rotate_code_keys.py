from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts_ledger import code_keys, code_rotation


class Command(BaseCommand):
    help = (
        "Seals the codes of all accounts with the first key of ACCOUNTS_CODE_KEYS. The shop may be open meanwhile, and"
        " the command can be stopped and begun again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Only count: which keys are in use, and how many codes are to be sealed anew.",
        )

        parser.add_argument(
            "--forget",
            metavar="ID",
            help="for a key that is lost for good: take away the codes that were sealed with it. The money stays;"
            " the cards have to be replaced",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["forget"]:
            self._forget(options["forget"])
            return
        newest = code_keys.keyring()[0]
        left = code_rotation.left()
        if options["check"]:
            in_use = ", ".join(key.hex() for key in code_rotation.ids_in_use()) or _("none")
            self.stdout.write(
                _("The newest key is %(newest)s. In use: %(in_use)s.") % {"newest": newest.name, "in_use": in_use}
            )
            self.stdout.write(_("Codes to be sealed anew: %d.") % left)
            return
        try:
            with tqdm(total=left, unit=" codes", unit_scale=True, disable=self._is_quiet(options)) as bar:
                done = code_rotation.rotate(bar.update)
        except code_keys.UnknownCodeKey as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            self.style.SUCCESS(
                _("%(done)d codes were sealed anew with the key %(newest)s. Older keys are no longer needed.")
                % {"done": done, "newest": newest.name}
            )
        )

    def _forget(self, name: str) -> None:
        in_use = {key.hex(): key for key in code_rotation.ids_in_use()}
        if name not in in_use:
            raise CommandError(_("No code was sealed with a key %s.") % name)
        try:
            forgotten = code_rotation.forget(in_use[name])
        except ValueError as refusal:
            raise CommandError(_("The site has the key %s, so nothing is lost.") % name) from refusal
        self.stdout.write(_("%d accounts have no code any more. Replace the cards whose holders ask.") % forgotten)

    def _is_quiet(self, options: dict[str, Any]) -> bool:
        return not self.stderr.isatty() or not options["verbosity"]
