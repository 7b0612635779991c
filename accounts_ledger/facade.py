"""The one door to the ledger: nothing moves money except through these functions.

| function | what it does |
|---|---|
| `transfer` | moves an amount from one account to another |
| `transfer_many` | many transfers, all or nothing |
| `reverse`, `refund` | undo a transfer once; give part of it back |
| `take_back` | undoes a load whose account nobody has used, and closes that account |
| `issue` | creates an account and loads it |
| `new_code` | a code for an account that is created without one |
| `issuing` | creates and loads very many accounts, all or nothing |
| `top_up`, `withdraw` | value into an account, and back out to a source |
| `hold`, `capture`, `void` | reserve value; spend what was reserved; let it go |
| `capture_many` | spends several holds in one act |
| `lock` | locks several accounts, before posting more than once in a transaction |
| `while_locked` | looks at rows and acts on what was seen, in one transaction |
| `release_expired_holds` | ends the holds whose time has passed |
| `freeze`, `thaw` | stop all movements on an account; let them go on |
| `extend` | gives an account a later end |
| `freeze_many`, `thaw_many`, `extend_many` | the same for many accounts, in one transaction, with a report |
| `close` | closes an account for good, and moves what is left on it |
| `replace` | gives a lost card's value to a new card, and closes the lost one |
| `close_expired_accounts` | moves what is left on expired accounts to Lapsed and closes them |

Amounts are Decimals in units of the account's currency; floats are refused. Every refusal is an
`accounts_ledger.exceptions.AccountException`, and then nothing at all was written. Account instances that are passed
in carry their new balances afterwards.
"""

from accounts_ledger.operations.expire import ExpiryReport, close_expired_accounts
from accounts_ledger.operations.hold import capture, capture_many, hold, release_expired_holds, void
from accounts_ledger.operations.issue import issue, new_code, top_up, withdraw
from accounts_ledger.operations.issue_many import BulkIssue, issuing
from accounts_ledger.operations.lifecycle import close, extend, extend_many, freeze, freeze_many, thaw, thaw_many
from accounts_ledger.operations.lock import lock, while_locked
from accounts_ledger.operations.replace import replace
from accounts_ledger.operations.states import StateReport
from accounts_ledger.operations.take_back import take_back
from accounts_ledger.operations.transfer import transfer, transfer_many
from accounts_ledger.operations.undo import refund, reverse
from accounts_ledger.posting import NewAccount, TransferRequest

__all__ = [
    "BulkIssue",
    "ExpiryReport",
    "NewAccount",
    "StateReport",
    "TransferRequest",
    "capture",
    "capture_many",
    "close",
    "close_expired_accounts",
    "extend",
    "extend_many",
    "freeze",
    "freeze_many",
    "hold",
    "issue",
    "issuing",
    "lock",
    "new_code",
    "refund",
    "release_expired_holds",
    "replace",
    "reverse",
    "take_back",
    "thaw",
    "thaw_many",
    "top_up",
    "transfer",
    "transfer_many",
    "void",
    "while_locked",
    "withdraw",
]
