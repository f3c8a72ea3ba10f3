"""Queue, cancel and send SMS. Rows are written in the business transaction; a message goes out at most once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from tenants.audit.services import record
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.messages import rules as times
from tenants.messages.gateways import TransportError, gateway
from tenants.messages.models import Sms, SmsState
from tenants.messages.templates import TEMPLATES, rendered
from tenants.models import Institution
from tenants.rulesets.rules import MessageRules
from tenants.rulesets.services import rules_for

BATCH = 100
CAPS_LOCK = 7_140_002  # an arbitrary advisory lock of ours: caps are counted by one worker at a time
HELD_BY_NUMBER, HELD_BY_INSTITUTION = "cap.number", "cap.institution"
LEFT = (SmsState.SENDING, SmsState.SENT, SmsState.UNKNOWN)

log = structlog.get_logger(__name__)


class NoPhone(DomainError):
    code = "sms.no_phone"
    message = _("There is no phone number to send to.")


class NotAgain(DomainError):
    code = "sms.not_again"
    message = _(
        "Only a message that surely did not leave goes again. A code never does: the person asks for a new one."
    )


def phone_index(phone: str) -> str:
    """What messages to a number are found by."""
    return blind_index("phone", phone)


def queue_sms(
    *,
    key: str,
    template: str,
    params: Mapping[str, object] | None = None,
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
        phone_index=phone_index(number),
        text=rendered(template, params or {}),
        holds_code=TEMPLATES[template].holds_code,
        created_at=at,
        not_before=not_before or at,
    )
    try:
        with transaction.atomic():
            sms.save()
    except IntegrityError:  # the same event in another process, a moment ago
        return Sms.objects.get(key=key)
    return sms


def cancel_sms(key: str, *, at: datetime) -> bool:
    """Cancel a message that has not left; True when it was cancelled."""
    queued = Sms.objects.filter(key=key, state=SmsState.QUEUED)
    return bool(queued.update(state=SmsState.CANCELLED, taken_at=at))


def send_again(sms: Sms, *, by: Any, at: datetime) -> Sms:
    """Queue a failed message once more. Raises `NotAgain` where it may have left, and for codes."""
    with transaction.atomic():
        sms = Sms.objects.select_for_update(of=("self",)).get(pk=sms.pk)
        if sms.state != SmsState.FAILED or sms.holds_code:
            raise NotAgain
        sms.state, sms.not_before, sms.tries, sms.error = SmsState.QUEUED, at, 0, ""
        sms.save(update_fields=["state", "not_before", "tries", "error"])
        record("sms.again", actor=by, subject=sms, institution=sms.institution, at=at, template=sms.template)
    return sms


def send_due(*, at: datetime) -> int:
    """Send what is due; returns how many left. A row taken by a worker that died is never sent again."""
    rules = rules_for(MessageRules, at=at)
    _sweep(at, rules)
    sent = 0
    while sent < BATCH and (sms := _take(at, rules)) is not None:
        sent += _send(sms, at, rules)
    return sent


def _sweep(at: datetime, rules: MessageRules) -> None:
    """A worker took these and never came back: whether they left, nobody knows."""
    lost = Sms.objects.filter(state=SmsState.SENDING, taken_at__lt=at - timedelta(seconds=rules.unknown_after_s))
    if count := lost.update(state=SmsState.UNKNOWN, error="worker.lost"):
        log.warning("sms_outcome_unknown", count=count)


def _take(at: datetime, rules: MessageRules) -> Sms | None:
    """Mark the next due row as being sent, and commit that before anything leaves. Caps push rows to tomorrow."""
    with transaction.atomic():
        while True:
            due = Sms.objects.select_for_update(skip_locked=True).filter(state=SmsState.QUEUED, not_before__lte=at)
            sms = due.order_by("not_before", "id").first()
            if sms is None:
                return None
            held = "" if sms.holds_code else _held_by(sms, at, rules)
            if not held:
                sms.state, sms.taken_at, sms.tries, sms.error = SmsState.SENDING, at, sms.tries + 1, ""
                sms.save(update_fields=["state", "taken_at", "tries", "error"])
                return sms
            sms.not_before, sms.error = times.tomorrow(at, rules=rules), held
            sms.save(update_fields=["not_before", "error"])


def _held_by(sms: Sms, at: datetime, rules: MessageRules) -> str:
    """The daily cap that this message would break, or nothing. Codes do not count: they have caps of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CAPS_LOCK])
    today = Sms.objects.filter(state__in=LEFT, taken_at__gte=times.day_of(at), holds_code=False).exclude(pk=sms.pk)
    if today.filter(phone_index=sms.phone_index).count() >= rules.a_day_a_number:
        return HELD_BY_NUMBER
    if sms.institution_id and today.filter(institution=sms.institution_id).count() >= rules.a_day_an_institution:
        return HELD_BY_INSTITUTION
    return ""


def count_held(institution: Institution, users: Iterable[Any], *, at: datetime) -> int:
    """How many of one message to each of these would wait for tomorrow, because a daily cap is used up: what has left
    today counts, and what is still queued for today. Nobody's caps are held meanwhile: the count is for a preview."""
    rules = rules_for(MessageRules, at=at)
    queued = Q(state=SmsState.QUEUED, not_before__lt=times.tomorrow(at, rules=rules))
    today = Sms.objects.filter(Q(state__in=LEFT, taken_at__gte=times.day_of(at)) | queued, holds_code=False)
    indexes = [user.phone_index for user in users if user.phone_index]
    numbers = today.filter(phone_index__in=indexes).order_by().values_list("phone_index").annotate(Count("pk"))
    full = {index for index, count in numbers if count >= rules.a_day_a_number}
    may_go = [index for index in indexes if index not in full]
    room = max(rules.a_day_an_institution - today.filter(institution=institution).count(), 0)
    return len(indexes) - min(len(may_go), room)


def _send(sms: Sms, at: datetime, rules: MessageRules) -> int:
    """Hand one message over; 1 when the gateway took it."""
    try:
        sender = gateway()
    except Exception as error:  # not configured, SDK not installed: nothing can have left
        log.error("sms_gateway_missing", error=type(error).__name__)
        return _failed(sms, TransportError(type(error).__name__), at, rules)
    try:
        sms.gateway_reference = sender.send(phone=sms.phone, text=sms.text, template=sms.template)[:80]
    except TransportError as error:
        return _failed(sms, error, at, rules)
    except Exception as error:  # a fault of the gateway's module: the message may be out
        log.error("sms_gateway_fault", error=type(error).__name__, template=sms.template)
        return _failed(sms, TransportError(type(error).__name__, unknown=True), at, rules)
    sms.state, sms.sent_at = SmsState.SENT, at
    sms.save(update_fields=["gateway_reference", "state", "sent_at"])
    return 1


def _failed(sms: Sms, error: TransportError, at: datetime, rules: MessageRules) -> int:
    """Only where the gateway surely did not take it may it go again, later each time, and not for ever."""
    again = None if error.permanent or error.unknown else times.next_try(sms.tries, at=at, rules=rules)
    sms.error = error.message[:200]
    sms.state = SmsState.UNKNOWN if error.unknown else SmsState.QUEUED if again else SmsState.FAILED
    sms.not_before = again or sms.not_before
    sms.save(update_fields=["state", "error", "not_before"])
    return 0
