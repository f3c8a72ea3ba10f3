"""Classes that a visitor can see, with the places left and whether they take enrolments today."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from learning.eligibility import ClassFacts, refusal_of_class
from learning.errors import ENROLMENT_REFUSALS
from learning.models import Admission, TrainingClass


@dataclass(frozen=True)
class OpenClass:
    """A class that is neither closed nor over. `left` is None where there is no limit; `refusal` says why nobody
    enrols today (a key of `ENROLMENT_REFUSALS`), empty where one can."""

    pk: int
    uuid: str
    name: str
    codes: tuple[str, ...]
    position: str
    year: int
    starts_on: date
    ends_on: date
    enrols_from: date | None
    enrols_until: date | None
    head_teacher: str
    left: int | None
    refusal: str

    @property
    def is_full(self) -> bool:
        return self.left == 0

    @property
    def why_not(self) -> str:
        return str(ENROLMENT_REFUSALS[self.refusal]) if self.refusal else ""

    def takes(self, position_code: str, year: int) -> bool:
        """Whether it is for this position and year at all."""
        return self.year == year and (not self.codes or position_code in self.codes)


def open_classes(*, on: date, most: int | None = None) -> list[OpenClass]:
    """Those of the scope in force, soonest first: two queries."""
    taken = Count("enrolments", filter=~Q(enrolments__admission=Admission.WITHDRAWN))
    rows: QuerySet[TrainingClass] = (
        TrainingClass.objects.filter(closed_at=None, ends_on__gte=on)
        .prefetch_related("positions")
        .annotate(taken=taken)
        .order_by("starts_on", "name")[:most]
    )
    return [_open_class(row, on) for row in rows]


def classes_for(position_code: str, year: int, *, on: date) -> list[OpenClass]:
    """Those of them that are for one position and year."""
    return [one for one in open_classes(on=on) if one.takes(position_code, year)]


def _open_class(row: TrainingClass, on: date) -> OpenClass:
    codes = tuple(position.code for position in row.positions.all())
    taken: int = row.taken  # type: ignore[attr-defined]
    facts = ClassFacts(
        institution_id=row.institution_id,
        year=row.year,
        position_codes=frozenset(codes),
        enrols_from=row.enrols_from,
        enrols_until=row.enrols_until,
        capacity=row.capacity,
        taken=taken,
    )
    code = codes[0] if codes else ""
    return OpenClass(
        pk=row.pk, uuid=str(row.uuid), name=row.name, codes=codes, position=row.positions_said, year=row.year,
        starts_on=row.starts_on, ends_on=row.ends_on, enrols_from=row.enrols_from, enrols_until=row.enrols_until,
        head_teacher=row.head_teacher, left=max(0, row.capacity - taken) if row.capacity else None,
        refusal=refusal_of_class(
            facts, institution_id=row.institution_id, position_code=code, year=row.year, on=on
        ),
    )  # fmt: skip
