"""One face in two accounts: each new template is compared once with all of the province's.

Sealed vectors have to be opened for that. So the new ones of a minute share one pass over all others, in pieces that
are forgotten at once: no opened template outlives the search, and none has to be called back when a consent ends.
What is found is only shown to the association; it blocks nothing, and no institution learns of it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import structlog
from django.core.cache import caches
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from proctoring.errors import AlreadyDecided, CannotDecide
from proctoring.examine import edition_in_use
from proctoring.models import FacePhoto, FaceProfile, FaceTemplate, LivenessAttempt, Lookalike, Snapshot
from proctoring.rules import ProctoringRules
from proctoring.vectors import Vector, distances_between, from_bytes
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.crypto import CannotOpen
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

log = structlog.get_logger(__name__)
GATHER_S = 60  # who becomes complete within this shares a pass
BATCH = 1_000  # new templates a pass
PIECE = 2_000  # of all others, opened at a time: 1 MB of vectors
NEAREST = 5  # of one person; more would be a threshold that fits nobody
LOCK = 7_140_180  # an arbitrary advisory lock of ours: one search at a time
COUNTED_S = 600
LENGTH = 128  # numbers a vector, of both engines


def ask_for_search() -> None:
    """Send the task once a minute. Without a broker the hourly one finds what was not compared."""
    from proctoring.tasks import find_lookalikes

    try:
        if caches["province"].add("lookalikes.asked", 1, GATHER_S):
            find_lookalikes.apply_async(countdown=GATHER_S)
    except Exception:
        log.warning("lookalikes.not_asked", exc_info=True)


def search_new(*, at: datetime) -> int:
    """Compare all templates that have not been compared; how many pairs were noted. Safe to run twice or beside."""
    noted = 0
    while (found := _search_batch(at)) is not None:
        noted += found
    return noted


@transaction.atomic
def _search_batch(at: datetime) -> int | None:
    """One pass for up to `BATCH` new templates; None when there are none, or somebody else is searching."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
    with province_scope():
        limit = rules_for(ProctoringRules, at=at).lookalike_at(edition_in_use().name)
        new = list(_templates().filter(compared_at=None).order_by("pk")[:BATCH])
        if not new:
            return None
        noted = sum(_note(*pair, at=at) for pair in _pairs(new, limit))
        FaceTemplate.objects.filter(pk__in=[template.pk for template in new]).update(compared_at=at)
    return noted


def _templates() -> QuerySet[FaceTemplate]:
    """All of the recogniser in use, with who they are of; vectors of others cannot be compared."""
    edition = edition_in_use()
    rows = FaceTemplate.objects.filter(engine=edition.name, edition=edition.mark)
    return rows.select_related("profile").only("uuid", "vector", "compared_at", "profile__uuid", "profile__user_id")


def _pairs(new: list[FaceTemplate], limit: float) -> Iterator[tuple[int, int, float]]:
    """(profile, profile, distance) of the nearest of other people within `limit`, for each new template."""
    engine, wanted = edition_in_use().name, _matrix(new)
    owners = np.array([template.profile.user_id for template in new])
    near: list[list[tuple[float, int]]] = [[] for _template in new]
    for piece, vectors in _pieces():
        apart = distances_between(engine, wanted, vectors)
        others = np.array([template.profile.user_id for template in piece])
        apart[owners[:, None] == others[None, :]] = np.inf  # one person at two institutions is no news
        for row, column in np.argwhere(apart <= limit):
            near[row].append((float(apart[row, column]), piece[column].profile_id))
    for template, found in zip(new, near):
        for distance, profile in sorted(found)[:NEAREST]:
            yield template.profile_id, profile, distance


def _pieces() -> Iterator[tuple[list[FaceTemplate], NDArray[np.float32]]]:
    last = 0
    while piece := list(_templates().filter(pk__gt=last).order_by("pk")[:PIECE]):
        yield piece, _matrix(piece)
        last = piece[-1].pk


def _matrix(templates: list[FaceTemplate]) -> NDArray[np.float32]:
    """(n, 128) vectors, opened."""
    return np.stack([_opened(template) for template in templates])


def _opened(template: FaceTemplate) -> Vector:
    """The vector; of one that does not open, one that is near nobody, so that it costs only itself."""
    try:
        return from_bytes(template.vector)[0]
    except (CannotOpen, IndexError):
        log.error("lookalikes.template_unreadable", template=str(template.uuid))
        return np.full(LENGTH, np.nan, np.float32)


def _note(one: int, other: int, distance: float, *, at: datetime) -> int:
    """Once for two people, at however many institutions; a pair that was decided is not brought up again."""
    profiles = {profile.pk: profile for profile in FaceProfile.objects.filter(pk__in=(one, other))}
    if len(profiles) != 2:
        return 0
    first, second = (profiles[pk] for pk in sorted(profiles))
    known = Lookalike.objects.filter(
        Q(first__user=first.user_id, second__user=second.user_id)
        | Q(first__user=second.user_id, second__user=first.user_id)
    )
    if known.exists():
        return 0
    pair = Lookalike.objects.create(
        first=first, second=second, engine=edition_in_use().name, distance=round(distance, 4), noted_at=at
    )
    # Without an institution: the association's trail only.
    record("lookalike.noted", actor=None, subject=pair, at=at)
    return 1


@transaction.atomic
def decide(pair: Lookalike, *, one_person: bool, reason: str, by: Any, at: datetime) -> Lookalike:
    """What the association found out. It changes no account and no hours. Raises `CannotDecide`, `AlreadyDecided`."""
    rows = Lookalike.objects.select_for_update(of=("self",)).select_related("first", "second")
    pair = rows.get(pk=pair.pk)
    if by.pk in (pair.first.user_id, pair.second.user_id):
        raise CannotDecide
    if pair.state != Lookalike.State.OPEN:
        raise AlreadyDecided
    pair.state = Lookalike.State.ONE_PERSON if one_person else Lookalike.State.TWO_PEOPLE
    pair.decided_by, pair.decided_at, pair.reason = by, at, reason[:300]
    pair.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    record("lookalike.decided", actor=by, subject=pair, at=at, state=pair.state)
    return pair


def pairs_of(user: User) -> list[Lookalike]:
    """Other accounts with this person's face: not yet looked at, or found to be one person."""
    pairs = Lookalike.objects.filter(Q(first__user=user) | Q(second__user=user))
    return list(pairs.exclude(state=Lookalike.State.TWO_PEOPLE).order_by("state", "pk"))


def forget_lookalikes(profile: FaceProfile) -> None:
    """The face data is gone, so is what was measured on it; what a person decided stays without the measure."""
    mine = Lookalike.objects.filter(Q(first=profile) | Q(second=profile))
    mine.filter(state=Lookalike.State.OPEN).delete()
    mine.update(distance=None)


def persons_stored() -> int:
    """Of how many people any face data is kept: reference photos, or pictures taken while they studied."""
    with province_scope():
        photos = FacePhoto.objects.exclude(frame="").values("profile__user")
        seen = [model.objects.exclude(frame="").values("session__user") for model in (Snapshot, LivenessAttempt)]
        return User.objects.filter(Q(pk__in=photos) | Q(pk__in=seen[0]) | Q(pk__in=seen[1])).count()


def persons_stored_lately() -> int:
    """The same for screens, at most ten minutes old."""
    return int(caches["province"].get_or_set("faces.persons", persons_stored, COUNTED_S) or 0)


def warn_of_filing(*, at: datetime) -> int:
    """Count, and say so in the log from the alarm on: filing is due before 100,000 (DOMAIN, law). Returns the count."""
    persons, alarm = persons_stored(), rules_for(ProctoringRules, at=at).persons_alarm
    caches["province"].set("faces.persons", persons, COUNTED_S)
    if persons >= alarm:
        log.error("faces.filing_due", persons=persons, alarm=alarm)
    return persons
