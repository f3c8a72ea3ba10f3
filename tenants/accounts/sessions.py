"""Where a person is signed in: a row a session, ended one by one or all at once.

The row of `django_session` decides whether a cookie opens anything; `SignedIn` says whose it is and what it looks like.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from tenants.accounts.devices import label_of, network_of
from tenants.accounts.models import SignedIn, User
from tenants.accounts.signals import sessions_ended
from tenants.audit.services import record
from tenants.models import Institution

SEEN_EVERY = timedelta(minutes=5)
REMEMBERED = 20_000  # sessions whose last note this process keeps in mind
_noted: OrderedDict[str, datetime] = OrderedDict()


def open_session(request: HttpRequest, user: User, institution: Institution, *, at: datetime) -> SignedIn:
    """Note a session that has just been opened, under the key it will keep."""
    session: Any = request.session
    if session.session_key is None:  # flushed, because somebody else was signed in here
        session.create()
    row, _created = SignedIn.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user": user,
            "institution": institution,
            "label": label_of(request.headers.get("User-Agent", "")),
            "address": network_of(request.META.get("REMOTE_ADDR")),
            "opened_at": at,
            "seen_at": at,
            "second_factor_at": None,
            "ended_at": None,
            "end": "",
        },
    )
    _remember(row.session_key, at)
    return row


def live_sessions(user: User, *, at: datetime) -> QuerySet[SignedIn]:
    """The person's open sessions in the whole province, the last seen first."""
    stored = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    rows = SignedIn.objects.filter(Exists(stored), user=user, ended_at=None)
    return rows.select_related("institution").order_by("-seen_at", "-pk")


def session_of(request: HttpRequest) -> SignedIn | None:
    """The row of the session that this request came in."""
    key = request.session.session_key
    return SignedIn.objects.filter(session_key=key, ended_at=None).first() if key else None


def places_left(user: User, rows: list[SignedIn]) -> list[int]:
    """Institutions of the ended `rows` at which the person has no open session any more (primary keys)."""
    still = set(SignedIn.objects.filter(user=user, ended_at=None).values_list("institution", flat=True))
    return sorted({row.institution_id for row in rows} - still)


def touch(key: str, *, at: datetime) -> None:
    """Note that a session was used: one UPDATE in five minutes a process, nothing else in between."""
    noted = _noted.get(key)
    if noted is not None and at - noted < SEEN_EVERY:
        return
    SignedIn.objects.filter(session_key=key, ended_at=None, seen_at__lt=at - SEEN_EVERY).update(seen_at=at)
    _remember(key, at)


def _remember(key: str, at: datetime) -> None:
    _noted[key] = at
    _noted.move_to_end(key)
    while len(_noted) > REMEMBERED:
        _noted.popitem(last=False)


def keep_session(request: HttpRequest, user: User) -> str:
    """After a change of password: this session stays open, under a new key, which is returned."""
    old = request.session.session_key
    update_session_auth_hash(request, user)
    key = request.session.session_key or ""
    SignedIn.objects.filter(session_key=old, ended_at=None).update(session_key=key)
    return key


def end_session(row: SignedIn, *, why: SignedIn.End, by: Any, at: datetime) -> bool:
    """End one session; False when it was over already."""
    return _end(SignedIn.objects.filter(pk=row.pk), row.user, why, by=by, at=at) == 1


def end_sessions(user: User, *, why: SignedIn.End, keep: str | None, by: Any, at: datetime) -> int:
    """End all sessions of `user` but the one with the key `keep`; returns how many.

    Their cookies open nothing from the commit on; what runs under them ends in the same transaction.
    """
    rows = SignedIn.objects.filter(user=user)
    return _end(rows.exclude(session_key=keep) if keep else rows, user, why, by=by, at=at)


@transaction.atomic
def _end(rows: QuerySet[SignedIn], user: User, why: SignedIn.End, *, by: Any, at: datetime) -> int:
    ended = list(rows.filter(ended_at=None).select_for_update(of=("self",)).select_related("institution"))
    if not ended:
        return 0
    SignedIn.objects.filter(pk__in=[row.pk for row in ended]).update(ended_at=at, end=why)
    Session.objects.filter(session_key__in=[row.session_key for row in ended]).delete()
    sessions_ended.send(sender=SignedIn, user=user, rows=ended, by=by, at=at)
    if why != SignedIn.End.EXPIRED:  # nobody's doing, and far too many
        for row in ended:
            record("session.ended", actor=by, subject=user, institution=row.institution, at=at, why=str(why))
    return len(ended)


def note_expired(*, at: datetime, limit: int = 2000) -> int:
    """Mark the rows whose cookie has run out; returns how many. What ran under them ends too."""
    stored = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    over = SignedIn.objects.filter(~Exists(stored), ended_at=None).select_related("user")[:limit]
    return sum(_end(SignedIn.objects.filter(pk=row.pk), row.user, SignedIn.End.EXPIRED, by=None, at=at) for row in over)
