"""Queue, cancel and send SMS. Rows are written in the business transaction; a message goes out at most once."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError
from tenants.messages.gateways import TransportError, gateway
from tenants.messages.models import Sms, SmsState
from tenants.messages.templates import TEMPLATES, rendered
from tenants.models import Institution

BATCH = 100


class NoPhone(DomainError):
    code = "sms.no_phone"
    message = _("There is no phone number to send to.")


def queue_sms(
    *,
    key: str,
    template: str,
    params: dict[str, object] | None = None,
    user: Any = None,
    phone: str | None = None,
    institution: Institution | None,
    at: datetime,
    not_before: datetime | None = None,
) -> Sms:
    """Write the outbox row of one message, once per `key`. Sent by the worker, not before `not_before`."""
    number = phone or (user.phone if user is not None else None)
    if not number:
        raise NoPhone
    existing = Sms.objects.filter(key=key).first()
    if existing is not None:
        return existing
    sms = Sms(
        key=key,
        template=template,
        user=user,
        institution=institution,
        phone=number,
        text=rendered(template, params or {}),
        holds_code=TEMPLATES[template].holds_code,
        created_at=at,
        not_before=not_before or at,
    )
    sms.save()
    return sms


def cancel_sms(key: str, *, at: datetime) -> bool:
    """Cancel a message that has not left; True when it was cancelled."""
    queued = Sms.objects.filter(key=key, state=SmsState.QUEUED)
    return bool(queued.update(state=SmsState.CANCELLED, taken_at=at))


def send_due(*, at: datetime) -> int:
    """Send what is due; returns how many left. A row taken by a worker that died is never sent again."""
    sent = 0
    while (sms := _take(at)) is not None:
        _send(sms, at)
        sent += 1
        if sent >= BATCH:
            break
    return sent


def _take(at: datetime) -> Sms | None:
    """Mark one due row as being sent, and commit that before anything leaves."""
    with transaction.atomic():
        due = Sms.objects.select_for_update(skip_locked=True).filter(state=SmsState.QUEUED, not_before__lte=at)
        sms = due.order_by("not_before", "id").first()
        if sms is not None:
            sms.state, sms.taken_at = SmsState.SENDING, at
            sms.save(update_fields=["state", "taken_at"])
        return sms


def _send(sms: Sms, at: datetime) -> None:
    try:
        sms.gateway_reference = gateway().send(phone=sms.phone, text=sms.text, template=sms.template)
        sms.state, sms.sent_at = SmsState.SENT, at
    except TransportError as error:
        sms.error = error.message[:200]
        # Only where the gateway surely did not take it may it go again.
        sms.state = SmsState.FAILED if error.permanent else SmsState.QUEUED
        sms.not_before = at + timedelta(seconds=30)
    sms.save(update_fields=["gateway_reference", "state", "sent_at", "error", "not_before"])
