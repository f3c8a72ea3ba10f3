"""What somebody can enrol for at an institution: their post certificates by year, each with the reason where not."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from cms.fees import Fees, fees_of_all
from learning.eligibility import refusal_of_age, refusal_of_institution
from learning.entitlement import certificates_of
from learning.errors import ENROLMENT_REFUSALS
from learning.models import Admission, Enrolment, Plan, PostCertificate
from learning.rules import EligibilityRules
from tenants.accounts.models import DocumentKind, User, number_index
from tenants.accounts.rules import born_on, same_name
from tenants.models import Institution
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

# Where the sentence of the desk speaks about somebody else.
TO_ONESELF = {
    "exists": gettext_lazy("You are enrolled for this position and year already."),
    "too_young": gettext_lazy("You are younger than the rules of the province allow."),
    "too_old": gettext_lazy("You are older than the rules of the province allow."),
}


@dataclass(frozen=True)
class Holder:
    """Whose certificates: index and name as the register has them, the day of birth where the number tells it, and the
    account where there is one."""

    index: str
    name: str
    born: date | None
    user: User | None


@dataclass(frozen=True)
class Choice:
    """A post certificate and a year. `refusal` is a key of `ENROLMENT_REFUSALS`; `enrolment` the uuid of the live one
    of this person, position and year at this institution."""

    certificate: PostCertificate
    year: int
    refusal: str
    fees: Fees | None
    enrolment: str = ""

    @property
    def value(self) -> str:
        return f"{self.certificate.uuid}.{self.year}"

    @property
    def code(self) -> str:
        return f"enrolment.{self.refusal}" if self.refusal else ""

    @property
    def why(self) -> str:
        """The sentence to the person themselves."""
        return str(TO_ONESELF.get(self.refusal) or ENROLMENT_REFUSALS[self.refusal]) if self.refusal else ""

    @property
    def why_not_they(self) -> str:
        """The sentence to staff."""
        return str(ENROLMENT_REFUSALS[self.refusal]) if self.refusal else ""

    def is_for(self, position_code: str, year: str) -> bool:
        """Whether a link that names these means this choice; empty is any."""
        return position_code in {"", self.certificate.position.code} and year in {"", str(self.year)}


def choices_of(user: User, institution: Institution, *, at: datetime) -> list[Choice]:
    """Everything the register holds for the account's number and name, by year: six queries whatever their number."""
    holder = Holder(user.id_number_index, user.name, _born(user.document_kind, user.id_number), user)
    return _choices(holder, institution, at=at)


def choices_at_counter(kind: str, number: str, name: str, institution: Institution, *, at: datetime) -> list[Choice]:
    """The same of somebody at the counter, by their normalised document. What an account of another name has is not
    looked at: the counter does not say that it is there."""
    user = User.objects.by_document(kind, number)
    if user is not None and (user.closed_at is not None or not same_name(user.name, name)):
        user = None
    return _choices(Holder(number_index(number), name, _born(kind, number), user), institution, at=at)


def _choices(holder: Holder, institution: Institution, *, at: datetime) -> list[Choice]:
    certificates = certificates_of(holder.index, holder.name, at=at)
    codes = {one.position.code for one in certificates}
    live = _live(holder.user) if holder.user and certificates else {}
    years, fees = _years(certificates), fees_of_all(codes, localdate(at))
    too = refusal_of_age(born=holder.born, on=localdate(at), rules=rules_for(EligibilityRules, at=at))
    found = []
    for certificate in certificates:
        code = certificate.position.code
        here = refusal_of_institution(institution.position_codes, code)
        for year in years[certificate.position_id] or [localdate(at).year]:
            place, uuid = live.get((certificate.position_id, year), (0, ""))
            refusal = (
                certificate.refusal  # type: ignore[attr-defined]
                or here
                or too
                or ("" if years[certificate.position_id] else "no_plan")
                or ("exists" if place else "")
                or ("" if code in fees else "no_fee")
            )
            found.append(Choice(certificate, year, refusal, fees.get(code), uuid if place == institution.pk else ""))
    return sorted(found, key=lambda choice: bool(choice.refusal))


def _born(kind: str, number: str) -> date | None:
    return None if kind == DocumentKind.PASSPORT else born_on(number)


def _years(certificates: list[PostCertificate]) -> dict[int, list[int]]:
    """Years with a published plan, newest first, by position."""
    years: dict[int, list[int]] = defaultdict(list)
    rows = Plan.objects.filter(
        position__in={one.position_id for one in certificates}, published_at__isnull=False
    ).order_by("-year")
    for position, year in rows.values_list("position", "year").distinct():
        years[position].append(year)
    return years


def _live(user: User) -> dict[tuple[int, int], tuple[int, str]]:
    """The person's own live enrolments in the province: institution and uuid, by position and year."""
    with province_scope():
        rows = Enrolment.objects.filter(user=user).exclude(admission=Admission.WITHDRAWN)
        values = rows.values_list("position", "year", "institution", "uuid")
        return {(position, year): (place, str(uuid)) for position, year, place, uuid in values}
