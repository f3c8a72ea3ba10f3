"""Numbers of certificates, and when one may be issued or renewed."""

from datetime import date

import pytest

from certs.rules import CertRules, number_of, why_no_hours_certificate, why_no_renewal

RULES = CertRules()
GOOD = {
    "own": True,
    "state": "valid",
    "hours_recorded": True,
    "exam_passed": True,
    "on": date(2020, 10, 18),
    "closes_on": date(2020, 12, 31),
}


def test_a_qualification_number_has_17_digits_of_province_year_position_series_and_serial() -> None:
    number = number_of(RULES.qualification_number, rules=RULES, year=2020, position="101", serial=126)
    assert number == "04420101100000126"


def test_an_hours_certificate_number_names_year_and_position() -> None:
    assert number_of(RULES.hours_number, rules=RULES, year=2020, position="101", serial=417) == "XS2020-101-000417"


@pytest.mark.parametrize(
    ("approved", "passed", "refusal"),
    [
        (True, True, ""),
        (False, True, "hours_not_approved"),
        (True, False, "exam_not_passed"),
        (False, False, "hours_not_approved"),
    ],
)
def test_the_hours_certificate_needs_review_and_exam(approved: bool, passed: bool, refusal: str) -> None:
    assert why_no_hours_certificate(hours_approved=approved, exam_passed=passed) == refusal


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, ""),
        ({"own": False}, "not_found"),
        ({"own": False, "state": "superseded"}, "not_found"),
        ({"state": "superseded"}, "already_renewed"),
        ({"state": "revoked"}, "void"),
        ({"on": date(2020, 12, 31)}, ""),
        ({"on": date(2021, 1, 1)}, "closed"),
        ({"hours_recorded": False}, "hours_not_recorded"),
        ({"exam_passed": False}, "exam_not_passed"),
    ],
)
def test_renewal_is_refused_with_the_reason(change: dict[str, object], refusal: str) -> None:
    assert why_no_renewal(**(GOOD | change)) == refusal
