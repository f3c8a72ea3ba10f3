"""The invigilated route: staff of the institution vouch for a person in its classroom. No camera, no face data.

A sitting under an attestation is a `CameraSession` whose `verified_until` comes from the staff: study and exams read it
as any other (ADR 0195).
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from proctoring import queries
from proctoring.errors import CannotAttest, NotAttested
from proctoring.models import Attestation, CameraSession
from proctoring.rules import ProctoringRules
from proctoring.supervision import close_camera_session, new_session
from tenants.audit.services import record
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope
from tenants.states import require_live


@transaction.atomic
def attest_start(
    user: Any, institution: Any, *, by: Any, at: datetime, room: str = "", ip: str | None = None
) -> Attestation:
    """Staff have compared the person with the ID card; time may count for `attested_s`. Idempotent while it runs.

    Raises `CannotAttest` (`.oneself`, `.not_allowed`, `.elsewhere`), `NotLive`.
    """
    require_live(institution.pk)
    rules = rules_for(ProctoringRules, at=at)
    if not rules.classroom:
        raise CannotAttest("not_allowed")
    if by.pk == user.pk:
        raise CannotAttest("oneself")
    _one_at_a_time(user)
    running = _running(user, at)
    if running is not None:
        if running.institution_id != institution.pk:
            raise CannotAttest("elsewhere")
        return running
    attestation = Attestation.objects.create(
        user=user, institution=institution, room=room.strip()[:60], begun_by=by, begun_at=at, begun_ip=ip,
        until=at + timedelta(seconds=rules.attested_s),
    )  # fmt: skip
    record(
        "attestation.begun", actor=by, subject=attestation, institution=institution, at=at, trainee=str(user.uuid),
        room=attestation.room,
    )  # fmt: skip
    return attestation


@transaction.atomic
def attest_end(
    attestation: Attestation, *, by: Any, at: datetime, present: bool = True, ip: str | None = None
) -> Attestation:
    """Staff vouch that the person stayed to the end, or say that they had left (`present=False`: the review sees it).

    Time counts no longer. Ending twice changes nothing. Raises `CannotAttest` (`.oneself`, `.expired`).
    """
    if by.pk == attestation.user_id:
        raise CannotAttest("oneself")
    _one_at_a_time(attestation.user)
    attestation = Attestation.objects.select_related("user", "institution").get(pk=attestation.pk)
    if attestation.ended_at:
        return attestation
    if attestation.expired_at or attestation.until <= at:
        raise CannotAttest("expired")
    attestation.ended_by, attestation.ended_at, attestation.present_at_end = by, at, present
    attestation.save(update_fields=["ended_by", "ended_at", "present_at_end"])
    for session in CameraSession.objects.filter(attestation=attestation, closed_at=None):
        close_camera_session(session, by=by, at=at)
    record(
        "attestation.ended", actor=by, subject=attestation, institution=attestation.institution, at=at,
        trainee=str(attestation.user.uuid), present=present,
    )  # fmt: skip
    return attestation


@transaction.atomic
def open_attested_session(
    user: Any,
    institution: Any,
    purpose: str,
    *,
    device: str = "",
    ip: str | None = None,
    user_agent: str = "",
    signed_in: Any = None,
    at: datetime,
) -> CameraSession:
    """A sitting under the attestation in force; it holds as long as that. Raises `NotAttested`, `NotLive`."""
    require_live(institution.pk)
    _one_at_a_time(user)
    attestation = queries.running_attestation(user, at)
    if attestation is None or attestation.institution_id != institution.pk:
        raise NotAttested
    return new_session(
        user, institution, purpose, device=device, ip=ip, user_agent=user_agent, signed_in=signed_in,
        attestation=attestation, verified_at=at, verified_until=attestation.until, at=at,
    )  # fmt: skip


def expire_attestations(*, at: datetime) -> int:
    """Note those whose time ran out without an end: one audit row each. Returns how many."""
    with province_scope():
        due = list(
            Attestation.objects.filter(ended_at=None, expired_at=None, until__lte=at).select_related(
                "institution", "user"
            )
        )
    return sum(_expire(attestation, at) for attestation in due)


@transaction.atomic
def _expire(attestation: Attestation, at: datetime) -> bool:
    with province_scope():
        due = Attestation.objects.filter(pk=attestation.pk, ended_at=None, expired_at=None)
        if not due.update(expired_at=at):
            return False
        for session in CameraSession.objects.filter(attestation=attestation, closed_at=None):
            close_camera_session(session, by=None, at=attestation.until)
    record(
        "attestation.expired", actor=None, subject=attestation, institution=attestation.institution, at=at,
        trainee=str(attestation.user.uuid),
    )  # fmt: skip
    return True


def _running(user: Any, at: datetime) -> Attestation | None:
    """At any institution; one that has run out is noted first, so that a new one may begin."""
    with province_scope():
        found = Attestation.objects.filter(user=user, ended_at=None, expired_at=None).select_related("institution")
        running = found.first()
    if running is not None and running.until <= at:
        _expire(running, at)
        return None
    return running


def _one_at_a_time(user: Any) -> None:
    """Until the end of the transaction: two members of staff press at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"attest:{user.pk}"])
