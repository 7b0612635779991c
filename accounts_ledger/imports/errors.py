"""What can be wrong with a bulk load as a whole. What is wrong with single rows is data: see `BatchProblem`."""

from django.utils.translation import gettext as _

from accounts_ledger.exceptions import AccountException


class UnreadableFile(AccountException):
    """The file cannot be read as a list of gift cards at all."""


class BatchNotReady(AccountException):
    """The batch is not in a state in which this can be done: it was loaded, cancelled, or is being worked on."""


class RowsRefused(AccountException):
    """Rows of the batch have errors (any more), so none was loaded."""


class Cancelled(AccountException):
    """Somebody asked for the job to stop; nothing was written."""


class RunLost(AccountException):
    """The job was taken for dead and another one has its batch now; nothing was written."""


class UndecidedError(ValueError):
    """A cell that can be read in two ways, while nothing and nobody has said in which.

    ``key`` is the question that is open, one of `questions.KEYS`; ``text`` the cell, as its example.
    """

    def __init__(self, key: str, text: str) -> None:
        super().__init__(_("This can be read in two ways."))
        self.key, self.text = key, text
