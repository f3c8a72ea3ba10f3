"""行业鉴定: what a record says, how one is found, and what can stand in the way of entering it."""

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from certs import keys
from certs.models import AppraisalRecord, AppraisalResult
from tenants.accounts.rules import normalised_id_number, normalised_name
from tenants.errors import DomainError
from tenants.masking import mask_name

REASON_MIN, REASON_MAX = 4, 200
NUMBER = re.compile(r"[A-Z0-9\u4e00-\u9fff\-()]{4,40}")
REFUSALS = {
    "number_taken": _("There is a record with this number already."),
    "bad_number": _("A number has 4 to 40 letters, digits, Chinese characters or hyphens."),
    "future": _("The day of the appraisal has not come: the result is “not announced yet”."),
    "no_reason": _("Say in one sentence why; it stands in the audit trail."),
    "void": _("The record is void and is not changed any more."),
    "unchanged": _("Nothing has changed."),
}
FIELDS = {"number_taken": "number", "bad_number": "number", "future": "result", "no_reason": "reason"}


class CannotAppraise(DomainError):
    """Code `appraisal.<refusal>`; `field` is the one of the form that it is about."""

    def __init__(self, refusal: str) -> None:
        super().__init__(REFUSALS[refusal], code=f"appraisal.{refusal}", status=400 if refusal in FIELDS else 409)
        self.field = FIELDS.get(refusal, "")


@dataclass(frozen=True)
class AppraisalFacts:
    """What a record says. `id_number` is the holder's, `level` and `result` are codes of the choices."""

    number: str
    name: str
    id_number: str
    occupation: str
    level: str
    site: str
    region: str
    appraised_on: date
    result: str = AppraisalResult.PENDING


def normalised_number(text: str) -> str:
    """As it is stored: plain width, capitals, no spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def checked(facts: AppraisalFacts, *, at: datetime) -> AppraisalFacts:
    """The facts as they are stored. Raises `CannotAppraise`, `BadName`, `BadIdNumber`."""
    number = normalised_number(facts.number)
    if not NUMBER.fullmatch(number):
        raise CannotAppraise("bad_number")
    if facts.result != AppraisalResult.PENDING and facts.appraised_on > localdate(at):
        raise CannotAppraise("future")
    clean = {"number": number, "name": normalised_name(facts.name), "id_number": normalised_id_number(facts.id_number)}
    return AppraisalFacts(**asdict(facts) | clean)


def facts_of(record: AppraisalRecord) -> AppraisalFacts:
    """What a stored record says; opens the holder's number."""
    return AppraisalFacts(
        number=record.number,
        name=record.holder_name,
        id_number=str(record.holder_id_number),
        occupation=record.occupation,
        level=record.level,
        site=record.site,
        region=record.region,
        appraised_on=record.appraised_on,
        result=record.result,
    )


def lookup_of(number: str, name: str) -> str:
    """One value that is equal only when number and name both are: a wrong name looks like a wrong number."""
    return keys.lookup_of("certs.appraisal", number, name)


@dataclass(frozen=True)
class AppraisalAnswer:
    """What anyone may learn who knows number and name. `void_since` is None while the record stands."""

    number: str
    name: str
    occupation: str
    level: str
    site: str
    region: str
    appraised_on: date
    result: str
    result_words: Any
    void_since: datetime | None

    @property
    def standing(self) -> str:
        """void, or the code of the result."""
        return "void" if self.void_since else self.result


def look_up(number: str, name: str) -> AppraisalAnswer | None:
    """The record with this number and this holder, or None; both must be right, and which was not stays open."""
    # Numbers of one person may differ in a hyphen only: the one as it was typed comes first.
    found = list(AppraisalRecord.objects.filter(lookup=lookup_of(number, name)))
    if not found:
        return None
    typed = normalised_number(number)
    record = next((row for row in found if row.number == typed), found[0])
    return AppraisalAnswer(
        number=record.number,
        name=mask_name(record.holder_name),
        occupation=record.occupation,
        level=record.get_level_display(),
        site=record.site,
        region=record.region,
        appraised_on=record.appraised_on,
        result=record.result,
        result_words=record.get_result_display(),
        void_since=record.voided_at,
    )
