"""Suspend, resume, close: the state itself, what runs there, and who must know. One transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime
from django_tenants.utils import get_public_schema_name, schema_context, tenant_context

from learning.services import end_all_study
from proctoring.supervision import close_all_cameras
from tenants import states
from tenants.accounts.models import User
from tenants.messages.services import NoPhone, queue_sms
from tenants.models import Institution, State
from tenants.queries import association
from tenants.roles.models import GroupMembership
from tenants.roles.roles import Role
from tenants.scopes import institution_scope

TEMPLATES = {
    State.APPROVED: "institution_resumed",
    State.SUSPENDED: "institution_suspended",
    State.CLOSED: "institution_closed",
}


def change_state(institution: Institution, state: State, *, reason: str, by: Any, at: datetime) -> Institution:
    """Change the state; end live sittings and cameras where nobody may study any more; tell the managers by SMS.

    Beats that come afterwards earn nothing, because their sitting has ended. Papers that are open keep their deadline
    and are graded by it. Raises `CannotChangeState`.
    """
    with schema_context(get_public_schema_name()), transaction.atomic():
        changed = states.change_state(institution, state, reason=reason, by=by, at=at)
        if state != State.APPROVED:
            with institution_scope(changed):
                end_all_study(by=by, at=at)
                close_all_cameras(by=by, at=at)
        for manager in managers_of(changed):
            _tell(manager, changed, at)
    return changed


def managers_of(institution: Institution) -> list[User]:
    """Who manages the institution for good, support of the association left out; by name."""
    with tenant_context(institution):
        held = GroupMembership.objects.filter(group__name=Role.MANAGER, until=None)
        return [membership.user for membership in held.select_related("user").order_by("user__name_pinyin")]


def _tell(manager: User, institution: Institution, at: datetime) -> None:
    params = {
        "institution": institution.name,
        "date": f"{localtime(at):%m月%d日}",
        "phone": association().phone or "",
    }
    try:
        queue_sms(
            key=f"state:{institution.uuid}:{at.isoformat()}:{manager.uuid}",
            template=TEMPLATES[State(institution.state)],
            params=params,
            user=manager,
            institution=institution,
            at=at,
        )
    except NoPhone:  # the state must not hang on a manager without a phone
        return
