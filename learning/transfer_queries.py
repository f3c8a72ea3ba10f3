"""Where an enrolment could go: institutions that train for its position, and their classes that would take it."""

from datetime import date

from django.db.models import Count, Q

from learning.eligibility import ClassFacts, refusal_of_class, refusal_of_institution
from learning.models import Admission, Enrolment, TrainingClass
from tenants.models import Institution, State
from tenants.scopes import province_scope


def institutions_for(enrolment: Enrolment) -> list[Institution]:
    """Approved now, approved for the position, and not the one where it is; by name."""
    rows = Institution.objects.training().filter(state=State.APPROVED).exclude(pk=enrolment.institution_id)
    code = enrolment.position.code
    return [one for one in rows.order_by("name") if not refusal_of_institution(one.position_codes, code)]


def classes_for(enrolment: Enrolment, institution: Institution, on: date) -> list[TrainingClass]:
    """Classes of `institution` that would take it on the day `on`: two queries."""
    with province_scope():
        counted = Count("enrolments", filter=~Q(enrolments__admission=Admission.WITHDRAWN))
        rows = TrainingClass.objects.filter(institution=institution, closed_at=None, year=enrolment.year)
        found = list(rows.annotate(taken=counted).prefetch_related("positions").order_by("starts_on", "name"))
    code = enrolment.position.code
    where = {"institution_id": institution.pk, "position_code": code, "year": enrolment.year}
    return [one for one in found if not refusal_of_class(_facts(one), **where, on=on)]  # type: ignore[arg-type]


def _facts(one: TrainingClass) -> ClassFacts:
    return ClassFacts(
        institution_id=one.institution_id,
        year=one.year,
        position_codes=frozenset(position.code for position in one.positions.all()),
        closed=one.closed_at is not None,
        enrols_from=one.enrols_from,
        enrols_until=one.enrols_until,
        capacity=one.capacity,
        taken=one.taken,  # type: ignore[attr-defined]
    )
