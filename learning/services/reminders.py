"""Reminders by SMS to the people of a class: who would get one, and sending them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from learning.class_queries import Member, members_of
from learning.errors import CannotChangeClass
from learning.models import TrainingClass
from learning.services.locks import held
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.messages.models import Sms
from tenants.messages.services import queue_sms
from tenants.messages.templates import rendered
from tenants.rulesets.rules import MessageRules
from tenants.rulesets.services import rules_for
from tenants.states import require_live

KINDS = {"not_started": "remind_start", "behind": "remind_behind", "exam_open": "remind_exam"}  # standing → template


@dataclass(frozen=True)
class Reminders:
    """Who of one standing gets a message now, and who does not: reminded lately (with the time), or without a phone."""

    due: list[Member]
    lately: list[tuple[Member, datetime]]
    without_phone: list[Member]


def reminders_due(training_class: TrainingClass, kind: str, *, at: datetime) -> Reminders:
    """`kind` is a key of `KINDS`. Nobody gets one kind from an institution twice within `remind_every_days`."""
    members = [one for one in members_of(training_class, localdate(at)) if one.standing == kind]
    since = at - timedelta(days=rules_for(MessageRules, at=at).remind_every_days)
    sent = Sms.objects.filter(
        institution=training_class.institution_id, template=KINDS[kind], created_at__gt=since,
        user__in=[one.enrolment.user_id for one in members],
    )  # fmt: skip
    last = dict(sent.order_by().values_list("user").annotate(Max("created_at")))
    fresh = [one for one in members if one.enrolment.user_id not in last]
    return Reminders(
        due=[one for one in fresh if one.enrolment.user.phone],
        lately=[(one, last[one.enrolment.user_id]) for one in members if one.enrolment.user_id in last],
        without_phone=[one for one in fresh if not one.enrolment.user.phone],
    )


def reminder_text(training_class: TrainingClass, member: Member, kind: str) -> str:
    """The words that this person would read."""
    return rendered(KINDS[kind], _params(training_class, member))


def _params(row: TrainingClass, member: Member) -> dict[str, object]:
    return {
        "name": member.enrolment.user.name, "institution": row.institution.name,
        "position": member.enrolment.position.name, "day": row.ends_on.isoformat(), "phone": row.institution.phone,
    }  # fmt: skip


def remind_class(training_class: TrainingClass, kind: str, *, by: User, at: datetime) -> int:
    """Queue a message to everybody who is due; how many. Raises `CannotChangeClass`, `NotLive`, `Gone`."""
    if kind not in KINDS:
        raise CannotChangeClass("kind")
    with transaction.atomic():
        require_live(training_class.institution_id)
        row = held(training_class)  # two clerks at once send once
        if not row.institution.phone:
            raise CannotChangeClass("phone")
        due = reminders_due(row, kind, at=at).due
        if not due:
            raise CannotChangeClass("nobody_to_remind")
        for member in due:
            user = member.enrolment.user
            key = f"{KINDS[kind]}:{row.institution_id}:{user.pk}:{localdate(at)}"
            queue_sms(
                key=key, template=KINDS[kind], params=_params(row, member), user=user,
                institution=row.institution, at=at,
            )  # fmt: skip
        record("class.reminded", actor=by, subject=row, institution=row.institution, at=at, kind=kind, people=len(due))
    return len(due)
