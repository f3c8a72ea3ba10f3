"""`/ws/study/<study session>/`: the server's clock, one beat at a time.

No ORM after the handshake but once, when a lesson is complete. No channel layer: Redis may go, study goes on.
"""

import asyncio
import time
from typing import Any
from uuid import UUID

from channels.consumer import get_handler_name
from django.utils.timezone import now

from learning.beats import NotSaved, batcher
from learning.beats_sql import Credited
from learning.errors import CannotStudy
from learning.models import StudySession
from learning.protocol import BadMessage, Released, ack, beat_of, refusal
from learning.rules import StudyRules
from learning.services import complete_hours_if_done, resume
from tenants.consumers import CLOSE_ABUSE, CLOSE_REFUSED, TenantConsumer
from tenants.rulesets.services import rules_for

CLOSE_DONE = 4000
CLOSE_TRY_AGAIN = 1013
MOST_MESSAGES, WINDOW_S = 20, 10.0  # honest pages send one a beat and one a press of the pause button
MOST_ABUSES = 20


class StudyConsumer(TenantConsumer):
    """One sitting's socket."""

    channel_layer_alias = "none"  # there is no such layer, so the consumer never touches Redis

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Straight to the handler: Channels' own dispatch hops to a thread for each message."""
        await getattr(self, get_handler_name(message))(message)

    async def opened(self) -> None:
        self.abuses, self.recent = 0, [0.0] * MOST_MESSAGES
        uuid = self.scope["url_route"]["kwargs"]["session"]
        self.session_id, self.enrolment, self.released, self.edge, hello = await self.db(_begin, uuid, self.user)
        await self.accept()
        await self.send_json(hello)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._too_many():
            await self._refuse_abuse("study.too_many")
            return
        try:
            beat = beat_of(text_data or "", self.session_id)
        except BadMessage as bad:
            await self._refuse_abuse(bad.code)
            return
        try:
            credited = await batcher().credit(beat)
        except NotSaved:
            await self.send_json(refusal("study.retry", fatal=False))
            await self.close(CLOSE_TRY_AGAIN)
            return
        await self._answer(credited)

    async def _answer(self, credited: Credited) -> None:
        if not credited.accepted:
            await self._refuse(credited.refusal)
            return
        answer = ack(credited, self.released, self.edge)
        self.edge = max(self.edge, answer["edge"])
        await self.send_json(answer)
        if credited.complete:
            everything = await self.db(_finish, self.enrolment)
            await self.send_json({"type": "lesson_complete", "all_complete": everything})
            await self.close(CLOSE_DONE)

    async def _refuse(self, reason: str) -> None:
        """A stale beat may be an accident of two connections; an ended sitting is over."""
        over = reason != "stale"
        if over:
            await self.send_json(refusal(f"study.{reason}", fatal=True))
            await self.close(CLOSE_REFUSED)
        else:
            await self._refuse_abuse("study.stale")

    async def _refuse_abuse(self, code: str) -> None:
        self.abuses += 1
        await self.send_json(refusal(code, fatal=False))
        if self.abuses >= MOST_ABUSES:
            await self.close(CLOSE_ABUSE)

    def _too_many(self) -> bool:
        """Whether the last `MOST_MESSAGES` came within `WINDOW_S`."""
        moment = asyncio.get_running_loop().time()
        self.recent.append(moment)
        return moment - self.recent.pop(0) < WINDOW_S


def _begin(uuid: UUID, user: Any) -> tuple[int, Any, Released, int, dict[str, Any]]:
    """Read the sitting, take it up and say where it stands. In the tenant's scope: another's is not found."""
    session = (
        StudySession.objects.filter(uuid=uuid, user=user)
        .select_related("lesson__media", "enrolment", "progress", "camera_session")
        .first()
    )
    if session is None or session.lesson.media is None:
        raise CannotStudy("not_yours", status=404)
    seq, nonce = resume(session)
    rules = rules_for(StudyRules, at=now())
    released = released_of(session, rules)
    media, progress = session.lesson.media, session.progress
    edge, first = released.edge(progress.credited_ms), progress.credited_ms // media.segment_ms
    hello = {
        "type": "hello",
        "seq": seq,
        "nonce": str(nonce),
        "beat_s": rules.beat_s,
        "credited_ms": progress.credited_ms,
        "duration_ms": progress.duration_ms,
        "segment_ms": media.segment_ms,
        "segments_total": media.segments,
        "init": released.init_path(time.time()),
        "first": first,
        "edge": edge,
        "segments": released.paths(first, edge, time.time()),
    }
    return session.pk, session.enrolment, released, edge, hello


def released_of(session: StudySession, rules: StudyRules) -> Released:
    """What may be released of the sitting's medium."""
    media = session.lesson.media
    return Released(session.uuid, media.segments, media.segment_ms, rules.buffer_s * 1000, rules.segment_url_s)


def _finish(enrolment: Any) -> bool:
    """After the last beat of a lesson: True when all hours are complete now."""
    complete_hours_if_done(enrolment, at=now())
    enrolment.refresh_from_db(fields=["hours_completed_at"])
    return enrolment.hours_completed_at is not None
