"""What we hold about a person, why and for how long: the words of the page, with the ruleset's figures in them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for


@dataclass(frozen=True)
class Holding:
    """One line: what, what for, how long."""

    what: str
    detail: str
    why: str
    how_long: str


def holdings(*, at: datetime) -> list[Holding]:
    """All kinds of data about a trainee, the most personal last."""
    rules = rules_for(RetentionRules, at=at)
    after_closing = _days_after_closing(rules.anonymise_after_days)
    return [
        Holding(
            _("Identity"),
            _("Name, ID number, gender, phone, email if you gave one"),
            _("To know whose hours and certificates they are, and to sign you in"),
            after_closing,
        ),
        Holding(
            _("Sign-ins"),
            _("Time, website, browser, part of the network address"),
            _("So that you see a sign-in that was not yours"),
            after_closing,
        ),
        Holding(
            _("SMS"), _("What we sent you and when"), _("To prove that you were told"), after_closing
        ),
        Holding(
            _("Your training"),
            _("Enrolments, study by day, exam scores, hours review"),
            _("Your hours and certificates rest on it"),
            _("While you have the account; after closing it without your name"),
        ),
        Holding(
            _("Your certificates"),
            _("Name, ID number and portrait as printed, number, day of issue"),
            _("So that anyone can check a certificate"),
            _years_after_issue(rules.certificate_years),
        ),
        Holding(
            _("Certificates reported to the association"),
            _("Number, holder, position, day of issue, picture of the certificate; encrypted"),
            _("So that the association can look for it in its files"),
            ngettext(
                "%(number)s day after the answer", "%(number)s days after the answer", rules.claim_days
            ) % {"number": rules.claim_days},
        ),
        Holding(
            _("Scans of your papers"),
            _("ID card and post certificate, if you enrolled online; encrypted"),
            _("So that the institution sees them before it confirms your enrolment"),
            ngettext(
                "%(number)s day after the institution has seen them",
                "%(number)s days after the institution has seen them",
                rules.enrolment_scan_days,
            ) % {"number": rules.enrolment_scan_days},
        ),
        Holding(
            _("Photos of your face"),
            _("Portrait, photo of the ID card, measures computed from them; encrypted"),
            _("To confirm before and while you study that it is you; only with your consent"),
            _until_withdrawn(rules.face_after_withdrawal_days),
        ),
        Holding(
            _("Pictures of study"),
            _("Pictures of the face check and snapshots; encrypted"),
            _("They prove your hours when these are reviewed"),
            ngettext(
                "%(number)s day after the hours review", "%(number)s days after the hours review",
                rules.evidence_after_review_days,
            ) % {"number": rules.evidence_after_review_days},
        ),
    ]  # fmt: skip


def _days_after_closing(days: int) -> str:
    return ngettext(
        "While you have the account, and %(number)s day after closing it",
        "While you have the account, and %(number)s days after closing it",
        days,
    ) % {"number": days}


def _years_after_issue(years: int) -> str:
    return ngettext(
        "While you have the account, and at least %(number)s year after the issue",
        "While you have the account, and at least %(number)s years after the issue",
        years,
    ) % {"number": years}


def _until_withdrawn(days: int) -> str:
    if days == 0:
        return _("Until you take the consent back; then deleted at once")
    return ngettext(
        "Until you take the consent back; then deleted within %(number)s day",
        "Until you take the consent back; then deleted within %(number)s days",
        days,
    ) % {"number": days}
