"""Codes that shoppers type: looked up such that nobody can find codes by trying.

A code is a bearer token, so whoever could try many would find money. Every page that takes a code goes through here:
checkout, balance check and adding a card. Attempts that fail are counted by address, session and user; whoever has too
many waits, twice as long each time. Strangers learn nothing from a refusal: one message and the same work whether a
code is unknown, closed, expired or somebody else's. Many failures from many addresses raise an alarm.

The door is `account_for_code`; a view that looks a code up in its own way wraps that in `attempt`.
"""

from oscar_integration.guessing.attempt import TooManyAttempts, account_for_code, attempt
from oscar_integration.guessing.find import LONGEST_CODE, UnusableCode, find, usable

__all__ = ["LONGEST_CODE", "TooManyAttempts", "UnusableCode", "account_for_code", "attempt", "find", "usable"]
