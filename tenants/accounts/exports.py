"""The copy of one's data as a sealed file: kept for the ruleset's hours, opened for its owner only."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tenants import vault
from tenants.accounts.data_requests import NotYours, tell
from tenants.accounts.models import DataRequest, User
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for

FOLDER = "exports"


class NotReady(DomainError):
    code = "data_export.not_ready"
    message = _("This copy is not there any more. Ask for a new one.")
    status = 404


def waiting_exports() -> list[int]:
    """Copies that nobody has made yet (primary keys), the oldest first."""
    waiting = DataRequest.objects.filter(kind=DataRequest.Kind.EXPORT, state=DataRequest.State.OPEN)
    return list(waiting.order_by("created_at").values_list("pk", flat=True))


def claimed(pk: int) -> DataRequest | None:
    """The waiting request, locked until the transaction ends; None when it is done or another worker has it."""
    waiting = DataRequest.objects.filter(pk=pk, kind=DataRequest.Kind.EXPORT, state=DataRequest.State.OPEN)
    return waiting.select_for_update(of=("self",), skip_locked=True).select_related("user").first()


def keep(request: DataRequest, data: bytes, *, at: datetime) -> None:
    """Seal the finished copy and tell the person. `request` is `claimed`, in the caller's transaction."""
    hours = rules_for(RetentionRules, at=at).export_kept_h
    request.file = vault.put(request, "file", data, folder=FOLDER)
    request.state, request.decided_at, request.expires_at = DataRequest.State.DONE, at, at + timedelta(hours=hours)
    request.save(update_fields=["file", "state", "decided_at", "expires_at"])
    record(
        "data_export.built", actor=None, subject=request, at=at, bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
    tell(request, "data_export_ready", at=at, hours=hours)


@transaction.atomic
def open_export(request: DataRequest, *, by: User, at: datetime) -> bytes:
    """The copy for its owner; the audit row is written first. Raises `NotYours`, `NotReady`."""
    if by.pk != request.user_id:
        raise NotYours
    if not request.file or request.expires_at is None or request.expires_at <= at:
        raise NotReady
    record("data_export.downloaded", actor=by, subject=request, at=at)
    DataRequest.objects.filter(pk=request.pk, downloaded_at=None).update(downloaded_at=at)
    try:
        return vault.get(request, "file")
    except FileNotFoundError as error:
        raise NotReady from error


def drop_expired(*, at: datetime) -> int:
    """Delete the files whose time is over; returns how many."""
    return _drop(DataRequest.objects.filter(expires_at__lte=at), at=at)


def drop_of(user: User, *, at: datetime) -> int:
    """Delete every copy of one person."""
    return _drop(DataRequest.objects.filter(user=user), at=at)


@transaction.atomic
def _drop(rows: QuerySet[DataRequest], *, at: datetime) -> int:
    due = list(rows.exclude(file="").select_for_update())
    for request in due:
        vault.discard(request, "file")
        request.file = ""
        request.save(update_fields=["file"])
        record("data_export.deleted", actor=None, subject=request, at=at)
    return len(due)
