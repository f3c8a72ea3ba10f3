"""Rules of certificates: pure functions on plain values. Source: DOMAIN.md, "Rules of the province"; THREATS
"Certificates".
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True)
class CertRules:
    """Section `certs`. Number patterns know {province} {year} {yy} {position} {series} {serial}."""

    section: ClassVar[str] = "certs"

    province: str = "044"  # Guangdong, as the national numbering writes it
    series: str = "10"
    hours_number: str = "XS{year}-{position}-{serial:06d}"
    qualification_number: str = "{province}{yy:02d}{position}{series}{serial:07d}"
    hours_seal: str = "继续教育专用章"
    qualification_seal: str = "职业培训专用章"
    look_ups_a_minute: int = 10


def number_of(pattern: str, *, rules: CertRules, year: int, position: str, serial: int) -> str:
    """A certificate number. `year` is the year it is counted in, `position` the national code (101)."""
    return pattern.format(
        province=rules.province, year=year, yy=year % 100, position=position, series=rules.series, serial=serial
    )


def why_no_hours_certificate(*, hours_approved: bool, exam_passed: bool) -> str:
    """Why the hours certificate cannot be issued yet; empty when it can. It needs both, in any order."""
    if not hours_approved:
        return "hours_not_approved"
    return "" if exam_passed else "exam_not_passed"


def why_no_renewal(*, own: bool, state: str, hours_recorded: bool, exam_passed: bool, on: date, closes_on: date) -> str:
    """Why this post certificate cannot be renewed on the day `on`; empty when it can.

    `state` is that of the post certificate: valid, superseded or revoked. The closing date is the last good day.
    """
    if not own:
        return "not_found"  # another person's certificate looks like one that does not exist
    if state == "superseded":
        return "already_renewed"
    if state != "valid":
        return "void"
    if on > closes_on:
        return "closed"
    if not hours_recorded:
        return "hours_not_recorded"
    return "" if exam_passed else "exam_not_passed"
