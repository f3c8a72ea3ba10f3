"""Training classes: open one, change it, close it, and move people into it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from learning.errors import CannotChangeClass
from learning.models import Admission, Enrolment, Position, TrainingClass
from learning.services.locks import held
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.models import Institution
from tenants.states import require_live


@dataclass(frozen=True)
class ClassData:
    """What an institution says about a class. `position_codes` empty: for all it trains; `capacity` 0: no limit."""

    name: str
    year: int
    starts_on: date
    ends_on: date
    number: str = ""
    position_codes: tuple[str, ...] = ()
    enrols_from: date | None = None
    enrols_until: date | None = None
    capacity: int = 0
    head_teacher: str = ""
    notice: str = ""


def create_class(institution: Institution, data: ClassData, *, by: User, at: datetime) -> TrainingClass:
    """Open a class. Raises `CannotChangeClass`, `NotLive`."""
    with transaction.atomic():
        require_live(institution.pk)
        row = _saved(TrainingClass(institution=institution), data)
        record("class.created", actor=by, subject=row, institution=institution, at=at, **_said(row))
    return row


def change_class(training_class: TrainingClass, data: ClassData, *, by: User, at: datetime) -> TrainingClass:
    """All its values from now on. Whoever is in it stays in it, so it has to go on fitting them. Raises
    `CannotChangeClass`, `NotLive`, `Gone`."""
    with transaction.atomic():
        require_live(training_class.institution_id)
        found = held(training_class)
        people = Enrolment.objects.filter(training_class=found).exclude(admission=Admission.WITHDRAWN)
        if data.capacity and people.count() > data.capacity:
            raise CannotChangeClass("capacity")
        strangers = people.exclude(year=data.year)
        if data.position_codes:
            strangers = strangers | people.exclude(position__code__in=data.position_codes)
        if strangers.exists():
            raise CannotChangeClass("people")
        _saved(found, data)
        record("class.changed", actor=by, subject=found, institution=found.institution, at=at, **_said(found))
    return found


def _said(row: TrainingClass) -> dict[str, int]:
    return {"year": row.year, "capacity": row.capacity}


def _saved(row: TrainingClass, data: ClassData) -> TrainingClass:
    """The row with these values, checked. Within the caller's transaction."""
    enrolling = (data.enrols_from, data.enrols_until)
    if data.ends_on < data.starts_on or (enrolling[0] and enrolling[1] and enrolling[1] < enrolling[0]):
        raise CannotChangeClass("dates")
    positions = _positions(row.institution, data.position_codes)
    for name in ("name", "number", "year", "starts_on", "ends_on", "enrols_from", "enrols_until", "capacity"):
        setattr(row, name, getattr(data, name))
    row.head_teacher, row.notice = data.head_teacher, data.notice
    others = TrainingClass.objects.filter(institution=row.institution).exclude(pk=row.pk)
    if others.filter(name=row.name).exists():
        raise CannotChangeClass("name_taken")
    if row.number and others.filter(number=row.number).exists():
        raise CannotChangeClass("number_taken")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # a colleague, a moment ago
        number = "training_class_number" in str(error)
        raise CannotChangeClass("number_taken" if number else "name_taken") from error
    row.positions.set(positions)
    return row


def _positions(institution: Institution, codes: tuple[str, ...]) -> list[Position]:
    """These positions, if the institution trains for all of them."""
    found = list(Position.objects.filter(code__in=codes))
    trained = institution.position_codes
    if len(found) < len(set(codes)) or (trained and not set(codes) <= set(trained)):
        raise CannotChangeClass("positions")
    return found


def close_class(training_class: TrainingClass, *, by: User, at: datetime) -> TrainingClass:
    """Nobody enrols into it or is moved there from now on; whoever is in it studies on. Raises `CannotChangeClass`."""
    with transaction.atomic():
        found = _set_closed(training_class, at)
        record("class.closed", actor=by, subject=found, institution=found.institution, at=at)
    return found


def reopen_class(training_class: TrainingClass, *, by: User, at: datetime) -> TrainingClass:
    """Take the closing back. Raises `CannotChangeClass`."""
    with transaction.atomic():
        found = _set_closed(training_class, None)
        record("class.reopened", actor=by, subject=found, institution=found.institution, at=at)
    return found


def _set_closed(row: TrainingClass, closed_at: datetime | None) -> TrainingClass:
    found = held(row)
    if bool(found.closed_at) == bool(closed_at):
        raise CannotChangeClass("state")
    found.closed_at = closed_at
    found.save(update_fields=["closed_at"])
    return found


def move_people(enrolments: Iterable[Enrolment], to: TrainingClass, *, by: User, at: datetime) -> int:
    """Put these enrolments into the class `to`, all or none; how many were not in it before. Raises
    `CannotChangeClass`, `NotLive`, `Gone`."""
    with transaction.atomic():
        require_live(to.institution_id)
        found = held(to)  # first the class, so that two movers cannot both take its last place
        wanted = {one.pk for one in enrolments}
        rows = list(Enrolment.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
        _check_move(rows, len(wanted), found)
        coming = [row.pk for row in rows if row.training_class_id != found.pk]
        inside = Enrolment.objects.filter(training_class=found).exclude(admission=Admission.WITHDRAWN).count()
        if coming and found.capacity and inside + len(coming) > found.capacity:
            raise CannotChangeClass("full")
        if coming:
            Enrolment.objects.filter(pk__in=coming).update(training_class=found)
            record(
                "class.people_moved", actor=by, subject=found, institution=found.institution, at=at,
                people=len(coming), enrolments=coming,
            )  # fmt: skip
    return len(coming)


def _check_move(rows: list[Enrolment], wanted: int, to: TrainingClass) -> None:
    if not wanted:
        raise CannotChangeClass("nobody")
    if to.closed_at:
        raise CannotChangeClass("closed")
    if len(rows) < wanted or any(row.institution_id != to.institution_id for row in rows):
        raise CannotChangeClass("other_institution")
    if any(row.admission == Admission.WITHDRAWN for row in rows):
        raise CannotChangeClass("withdrawn")
    positions = set(to.positions.values_list("pk", flat=True))
    if any(row.year != to.year or (positions and row.position_id not in positions) for row in rows):
        raise CannotChangeClass("not_for_them")
