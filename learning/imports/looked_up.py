"""What a portion of a sheet is judged by, read for all its rows at once: a fixed number of queries."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from learning.eligibility import ClassFacts
from learning.models import Admission, Enrolment, PostCertificate, TrainingClass
from tenants.accounts.models import User, number_index
from tenants.scopes import province_scope


@dataclass(frozen=True)
class Account:
    """As little of an existing account as judging needs; the phone is not read."""

    pk: int
    name: str
    closed: bool


@dataclass
class People:
    """Accounts and certificates by blind index; live enrolments by person, position and year, wherever they are."""

    index_of: dict[str, str]
    accounts: dict[str, Account]
    certificates: dict[str, list[Any]]
    enrolments: dict[tuple[int, int, int], Enrolment]


def hold_certificates(numbers: Iterable[str]) -> None:
    """Nobody corrects or revokes the certificates of these people until the transaction ends."""
    held = PostCertificate.objects.filter(holder_id_index__in=[number_index(number) for number in numbers])
    list(held.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def people_of(numbers: Iterable[str]) -> People:
    """Of these normalised ID numbers."""
    index_of = {number: number_index(number) for number in numbers}
    rows = User.objects.filter(id_number_index__in=index_of.values())
    accounts = {
        index: Account(pk, name, closed_at is not None)
        for index, pk, name, closed_at in rows.values_list("id_number_index", "pk", "name", "closed_at")
    }
    certificates: dict[str, list[Any]] = {}
    held = PostCertificate.objects.filter(holder_id_index__in=index_of.values()).select_related("position")
    for one in held.defer("holder_id_number").order_by("pk"):
        certificates.setdefault(one.holder_id_index, []).append(one)
    people = [account.pk for account in accounts.values()]
    with province_scope():  # one enrolment a position and year in the whole province
        live = Enrolment.objects.filter(user__in=people).exclude(admission=Admission.WITHDRAWN)
        enrolments = {(one.user_id, one.position_id, one.year): one for one in live}
    return People(index_of, accounts, certificates, enrolments)


def classes_by_name(*, open_only: bool = False) -> dict[str, TrainingClass]:
    """The institution's classes by name and by number, in small letters; within its scope."""
    rows = TrainingClass.objects.order_by("year", "name")
    found: dict[str, TrainingClass] = {}
    for row in rows.filter(closed_at=None) if open_only else rows:
        found |= {key.casefold(): row for key in (row.number, row.name) if key}
    return found


@dataclass
class ClassesNow:
    """Facts of each class, with the places that rows before have taken."""

    facts: dict[int, ClassFacts]
    taken: Counter[int] = field(default_factory=Counter)

    def of(self, pk: int) -> ClassFacts:
        return replace(self.facts[pk], taken=self.facts[pk].taken + self.taken[pk])

    def take(self, pk: int) -> None:
        self.taken[pk] += 1


def facts_of_classes(*, hold: bool) -> ClassesNow:
    """All classes of the institution; `hold`: their rows, in one order, so that nobody else takes the last place."""
    rows = TrainingClass.objects.order_by("pk")
    found = list(rows.select_for_update(no_key=True) if hold else rows)
    live = Enrolment.objects.filter(training_class__in=found).exclude(admission=Admission.WITHDRAWN)
    taken = Counter(live.filter(~Q(training_class=None)).values_list("training_class", flat=True))
    through = TrainingClass.positions.through._default_manager  # type: ignore[attr-defined]
    codes: dict[int, set[str]] = {}
    for pk, code in through.filter(trainingclass__in=found).values_list("trainingclass", "position__code"):
        codes.setdefault(pk, set()).add(code)
    facts = {
        row.pk: ClassFacts(
            institution_id=row.institution_id, year=row.year, position_codes=frozenset(codes.get(row.pk, ())),
            closed=row.closed_at is not None, enrols_from=row.enrols_from, enrols_until=row.enrols_until,
            capacity=row.capacity, taken=taken[row.pk],
        )
        for row in found
    }  # fmt: skip
    return ClassesNow(facts)
