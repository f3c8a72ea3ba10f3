"""Who may be enrolled for what: pure functions on plain values. What the post certificate itself says is judged by
`learning.rules.refusal_of`. Each returns a key of `ENROLMENT_REFUSALS`, empty where nothing stands in the way.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from learning.rules import EligibilityRules

_TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")


@dataclass(frozen=True)
class ClassFacts:
    """What of a training class decides whom it takes. Empty `position_codes`: all; `capacity` 0: no limit; `taken`
    counts the enrolments that are not withdrawn; a window without a day is open on that side."""

    institution_id: int
    year: int
    position_codes: frozenset[str] = frozenset()
    closed: bool = False
    enrols_from: date | None = None
    enrols_until: date | None = None
    capacity: int = 0
    taken: int = 0


def age_on(born: date, on: date) -> int:
    """Full years; who was born on 29 February grows older on 1 March of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def refusal_of_age(*, born: date | None, on: date, rules: EligibilityRules) -> str:
    """Codes: `too_young`, `too_old`. A passport tells no day of birth (None): nobody is refused for it."""
    if born is None:
        return ""
    age = age_on(born, on)
    if rules.youngest_age and age < rules.youngest_age:
        return "too_young"
    return "too_old" if rules.oldest_age and age > rules.oldest_age else ""


def refusal_of_institution(approved_codes: Collection[str], position_code: str) -> str:
    """Code `institution`. Without any code it is approved for all positions."""
    return "institution" if approved_codes and position_code not in approved_codes else ""


def refusal_of_class(chosen: ClassFacts, *, institution_id: int, position_code: str, year: int, on: date) -> str:
    """Codes: `class_elsewhere`, `class_position`, `class_year`, `class_closed`, `class_early`, `class_late`,
    `class_full`."""
    if chosen.institution_id != institution_id:
        return "class_elsewhere"
    if chosen.position_codes and position_code not in chosen.position_codes:
        return "class_position"
    if chosen.year != year:
        return "class_year"
    if chosen.closed:
        return "class_closed"
    if chosen.enrols_from and on < chosen.enrols_from:
        return "class_early"
    if chosen.enrols_until and on > chosen.enrols_until:
        return "class_late"
    return "class_full" if chosen.capacity and chosen.taken >= chosen.capacity else ""


def refusal_of_invoice(*, wanted: bool, title: str, tax_number: str) -> str:
    """Codes: `invoice_title`, `invoice_tax_number`. A person has no tax number; a firm's has 15 to 20 characters."""
    if wanted and not title:
        return "invoice_title"
    return "invoice_tax_number" if tax_number and not _TAX_NUMBER.fullmatch(tax_number) else ""
