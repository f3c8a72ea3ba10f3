"""An application that is being filled in: kept sealed in the person's session, of one person and one institution."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from cms.enrolling.choices import Choice, choices_of
from cms.open_classes import OpenClass, classes_for
from tenants.accounts.flow import Flow
from tenants.requests import TenantRequest

FLOW = Flow("enrolment")
SENT = "enrolment_sent"  # key of the session: the application that was sent last


@dataclass(frozen=True)
class Draft:
    """`choice` as it stands now; `said` what the second page has taken, empty before it."""

    choice: Choice
    said: dict[str, Any]
    class_wanted: str

    def classes(self, *, at: datetime) -> list[OpenClass]:
        return classes_for(self.choice.certificate.position.code, self.choice.year, on=localdate(at))


def begin(request: TenantRequest, choice: Choice, class_uuid: str, *, at: datetime) -> None:
    FLOW.begin(
        request, at=at, user=request.user.pk, place=request.tenant.pk, choice=choice.value, class_wanted=class_uuid
    )  # fmt: skip


def note(request: TenantRequest, said: dict[str, Any], *, at: datetime) -> None:
    FLOW.note(request, at=at, said=said)


def draft_of(request: TenantRequest, *, at: datetime) -> Draft | None:
    """None where nothing was begun, it is too old, or of somebody else."""
    kept = FLOW.read(request, at=at)
    if (kept.get("user"), kept.get("place")) != (request.user.pk, request.tenant.pk):
        return None
    choices = {one.value: one for one in choices_of(request.user, request.tenant, at=at)}
    choice = choices.get(kept["choice"])
    return Draft(choice, kept.get("said", {}), kept["class_wanted"]) if choice else None


def sent(request: TenantRequest, uuid: str) -> None:
    """The application is made: a second press of the button leads to it."""
    FLOW.drop(request)
    request.session[SENT] = uuid


def last_sent(request: TenantRequest) -> str:
    return str(request.session.get(SENT, ""))
