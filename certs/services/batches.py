"""Batches for the national register, once they are written: handed to the operator's transfer, later forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from certs.models import RegisterBatch
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for


class NoSuchBatch(DomainError):
    code = "register.no_batch"
    message = _("There is no such batch, or its content has been deleted since it was taken.")
    status = 404


def take_batch(batch: UUID, *, at: datetime) -> str:
    """The batch as JSON, for the transfer; the audit row is written first. May be repeated. Raises `NoSuchBatch`."""
    with transaction.atomic():
        row = RegisterBatch.objects.select_for_update().filter(uuid=batch, content__isnull=False).first()
        if row is None:
            raise NoSuchBatch
        record("register_batch.taken", actor=None, subject=row, at=at, lines=row.lines)
        row.taken_at = row.taken_at or at
        row.save(update_fields=["taken_at"])
    return str(row.content)


def due_batches(*, at: datetime) -> QuerySet[RegisterBatch]:
    """Taken long enough ago by the ruleset's `register_batch_days`, and still readable."""
    days = rules_for(RetentionRules, at=at).register_batch_days
    return RegisterBatch.objects.filter(taken_at__lt=at - timedelta(days=days), content__isnull=False)


def forget_batches(*, at: datetime) -> int:
    """Empty what is due; returns how many."""
    return due_batches(at=at).update(content=None)
