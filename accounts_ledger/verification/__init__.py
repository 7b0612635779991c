"""Proves, or disproves, that the ledger is right: recomputes what it says from what happened. Never repairs."""

from accounts_ledger.verification.checks import CHECKS
from accounts_ledger.verification.finding import Finding
from accounts_ledger.verification.report import VerificationReport
from accounts_ledger.verification.run import record, verify_ledger

__all__ = ["CHECKS", "Finding", "VerificationReport", "record", "verify_ledger"]
