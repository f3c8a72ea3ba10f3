"""The end of every retention in one place: the nightly task and `manage.py anonymise_due` call it."""

from dataclasses import dataclass
from datetime import datetime

from certs.services.batches import due_batches, forget_batches
from certs.services.retention import due_archives, strip_archives
from exams.looks import sittings_in_doubt
from learning.review.retention import DueEvidence, count_evidence, erase_evidence
from learning.services import due_claims, forget_claims
from learning.services.scans import count_due_scans, erase_due_scans
from tenants.accounts.anonymise import Due, anonymise_due, count_due
from tenants.exports.services import drop_expired, due_jobs
from tenants.imports.batches import due_sheets, forget_sheets
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope


@dataclass(frozen=True)
class Ended:
    """Figures: of people to anonymise, certificates to strip of their person, pictures and measures that go, batches of
    the register, claims for the register of post certificates and imported sheets to empty, exported files and
    scans of papers to delete.
    """

    accounts: Due
    certificates: int
    evidence: DueEvidence
    batches: int
    claims: int
    sheets: int
    exports: int
    scans: int


def count_ended(*, at: datetime) -> Ended:
    """What `end_of_retention` would do; nothing is changed."""
    with province_scope():
        return Ended(
            count_due(at=at),
            due_archives(at=at),
            count_evidence(at=at, needed=sittings_in_doubt()),
            due_batches(at=at).count(),
            due_claims(at=at).count(),
            due_sheets(at=at, days=_sheet_days(at)).count(),
            due_jobs(at=at).count(),
            count_due_scans(at=at),
        )


def end_of_retention(*, at: datetime) -> None:
    """Do it. Idempotent; a run that was killed is completed by the next."""
    with province_scope():
        erase_evidence(at=at, needed=sittings_in_doubt())
        erase_due_scans(at=at)
        anonymise_due(at=at)
        strip_archives(at=at)
        forget_batches(at=at)
        forget_claims(at=at)
        drop_expired(at=at)
        forget_sheets(at=at, days=_sheet_days(at))


def _sheet_days(at: datetime) -> int:
    return rules_for(RetentionRules, at=at).import_days
