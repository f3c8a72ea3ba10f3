"""Sheets of this floor: enrolments at an institution."""

from learning.imports.enrolments import EnrolmentSheet, Fees

__all__ = ["EnrolmentSheet", "Fees"]
