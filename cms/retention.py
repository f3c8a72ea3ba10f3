"""The end of every retention in one place: the nightly task and `manage.py anonymise_due` call it."""

from dataclasses import dataclass
from datetime import datetime

from certs.services.batches import due_batches, forget_batches
from certs.services.retention import due_archives, strip_archives
from exams.looks import sittings_in_doubt
from learning.review.retention import DueEvidence, count_evidence, erase_evidence
from learning.services.scans import count_due_scans, erase_due_scans
from tenants.accounts.anonymise import Due, anonymise_due, count_due


@dataclass(frozen=True)
class Ended:
    """Figures: of people to anonymise, certificates to strip of their person, pictures and measures that go, batches of
    the register to empty, scans of papers."""

    accounts: Due
    certificates: int
    evidence: DueEvidence
    batches: int
    scans: int


def count_ended(*, at: datetime) -> Ended:
    """What `end_of_retention` would do; nothing is changed."""
    evidence = count_evidence(at=at, needed=sittings_in_doubt())
    return Ended(count_due(at=at), due_archives(at=at), evidence, due_batches(at=at).count(), count_due_scans(at=at))


def end_of_retention(*, at: datetime) -> None:
    """Do it. Idempotent; a run that was killed is completed by the next."""
    erase_evidence(at=at, needed=sittings_in_doubt())
    erase_due_scans(at=at)
    anonymise_due(at=at)
    strip_archives(at=at)
    forget_batches(at=at)
