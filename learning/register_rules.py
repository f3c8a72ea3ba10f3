"""The register of post certificates: what may be entered and what may still be changed. Pure functions on plain values.

Each returns a key of `REGISTER_REFUSALS`, empty where nothing stands in the way (ADR 0220).
"""

from dataclasses import dataclass
from datetime import date

from learning.rules import EligibilityRules

NEW, UNCHANGED, CHANGED = "new", "unchanged", "changed"
FIELDS = ("number", "holder", "name", "position", "issued_on")


@dataclass(frozen=True)
class RegisterFacts:
    """What a row of the register says. `holder`: the blind index of the ID number; `position`: the national code."""

    number: str
    holder: str
    name: str
    position: str
    issued_on: date


@dataclass(frozen=True)
class Enrolled:
    """Somebody who is enrolled with the certificate, withdrawn enrolments left out: as their account names them."""

    holder: str
    name: str


@dataclass(frozen=True)
class Registered:
    """A row as it is. `state`: valid, superseded, revoked; `enrolled`: whose enrolments rest on it."""

    facts: RegisterFacts
    state: str = "valid"
    enrolled: tuple[Enrolled, ...] = ()


def changed_fields(was: RegisterFacts, wanted: RegisterFacts) -> tuple[str, ...]:
    """Names of what differs, in the order of `FIELDS`."""
    return tuple(name for name in FIELDS if getattr(was, name) != getattr(wanted, name))


def register_change(
    existing: Registered | None, wanted: RegisterFacts, *, on: date, rules: EligibilityRules, by_hand: bool = False
) -> str:
    """What entering `wanted` on the day `on` would do: `new`, `unchanged`, `changed`, or why it is refused.

    Refusals: `future` (issued later than today), `superseded`, `revoked` (such a row is not corrected), `holder` (a
    sheet never gives a number to another holder; a clerk may, `by_hand`), `position_in_use`, `holder_in_use`,
    `name_in_use`, `issued_in_use` (an enrolment that rests on it would lose its ground).
    """
    if wanted.issued_on > on:
        return "future"
    if existing is None:
        return NEW
    changed = changed_fields(existing.facts, wanted)
    if not changed:
        return UNCHANGED
    if existing.state != "valid":
        return existing.state
    if "holder" in changed and not by_hand:
        return "holder"
    return _breaks(existing, wanted, changed, rules) or CHANGED


def _breaks(existing: Registered, wanted: RegisterFacts, changed: tuple[str, ...], rules: EligibilityRules) -> str:
    """Which enrolment would lose its ground: holder and name have to be those of whoever is enrolled."""
    if not existing.enrolled:
        return ""
    if "position" in changed:
        return "position_in_use"
    if "holder" in changed and any(one.holder != wanted.holder for one in existing.enrolled):
        return "holder_in_use"
    if "name" in changed and any(one.name != wanted.name for one in existing.enrolled):
        return "name_in_use"
    entitles = rules.first_issue_year <= wanted.issued_on.year <= rules.last_issue_year
    return "issued_in_use" if "issued_on" in changed and not entitles else ""


def refusal_of_revocation(state: str) -> str:
    """Codes: `superseded` (the qualification certificate is what is revoked then), `revoked`."""
    return "" if state == "valid" else state


def refusal_of_restoring(state: str) -> str:
    """Code `not_revoked`."""
    return "" if state == "revoked" else "not_revoked"
