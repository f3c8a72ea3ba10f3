"""How lists leave the house, as the ruleset may set it."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class ExportRules:
    """Section `exports`."""

    section: ClassVar[str] = "exports"
    at_once_rows: int = 5_000  # more are made in the background
    most_rows: int = 200_000  # more are refused: narrow the list
    kept_days: int = 7  # then the file and what was asked for are deleted
    full_a_day: int = 10  # files with full numbers, of one staff member
    waiting_most: int = 5  # files of one staff member that are being made at a time


def is_at_once(rows: int, rules: ExportRules) -> bool:
    """Whether a list of so many rows is answered in the same request."""
    return rows <= rules.at_once_rows
