"""The tables of this stage."""

from clarion.accounts.models.people import (
    KINDS,
    ApiToken,
    Batch,
    CalendarFeed,
    Invitation,
    JournalEntry,
    JournalHead,
    Membership,
    Notice,
    NoticeQuerySet,
    People,
    Repetition,
    SignInLink,
    User,
    Workspace,
)
from clarion.accounts.models.telling import WAYS, Address, Hours, Line, PushKey, Telling, Wish
from clarion.accounts.models.worth import ExchangeRate, HourlyRate

__all__ = [
    "KINDS",
    "WAYS",
    "Address",
    "ApiToken",
    "Batch",
    "CalendarFeed",
    "ExchangeRate",
    "HourlyRate",
    "Hours",
    "Invitation",
    "JournalEntry",
    "JournalHead",
    "Line",
    "Membership",
    "Notice",
    "NoticeQuerySet",
    "People",
    "PushKey",
    "Repetition",
    "SignInLink",
    "Telling",
    "User",
    "Wish",
    "Workspace",
]
