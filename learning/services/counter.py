"""Enrolling somebody who stands at the counter, known or new."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from learning.models import Enrolment
from learning.services.admission import enrol
from tenants.accounts.models import User
from tenants.accounts.services import pre_register
from tenants.models import Institution


@dataclass(frozen=True)
class AtCounter:
    """Who it is, as the card says, and the phone they name. A passport needs `document_kind` and `gender`."""

    id_number: str
    name: str
    phone: str = ""
    document_kind: str = ""
    gender: str = ""


@transaction.atomic
def enrol_at_counter(
    person: AtCounter, *, institution: Institution, by: User, at: datetime, **wanted: Any
) -> Enrolment:
    """Account and enrolment (`wanted` as in `enrol`), or neither: who is refused leaves no account behind.

    An existing account stays as it is; a colleague may write the new one in the same moment. Raises `CannotEnrol`,
    `NotLive`, `BadDocument`, `BadPhone`, `BadName`, `IdentityConflict`.
    """
    user = pre_register(
        id_number=person.id_number, name=person.name, phone=person.phone or None, by=by, institution=institution,
        at=at, document_kind=person.document_kind, gender=person.gender,
    )  # fmt: skip
    return enrol(institution=institution, user=user, phone=person.phone, by=by, at=at, **wanted)
