"""`/ws/study/<study session>/`: the server's clock, one beat at a time.

No ORM after the handshake but once, when a lesson is complete or a script was found at work, and at the end of a socket
that beat like a machine. No channel layer: Redis may go, study goes on.
"""

import asyncio
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from django.utils.timezone import now

from learning.abuse import MOST_ABUSES, MOST_MESSAGES, WINDOW_S, note_abuse
from learning.beats import NotSaved, batcher
from learning.beats_sql import Credited
from learning.protocol import BadMessage, ack, beat_of, refusal
from learning.rhythm import Rhythm
from learning.services import note_rhythm
from learning.sitting import begin, finish
from tenants.consumers import CLOSE_ABUSE, CLOSE_REFUSED, CLOSE_TRY_AGAIN, TenantConsumer
from tenants.handshake import session_cookie

CLOSE_DONE = 4000


class StudyConsumer(TenantConsumer):
    """One sitting's socket."""

    rhythm: Rhythm | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One message after the other. Channels makes a task for each, because it may listen to a layer as well."""
        self.scope, self.base_send, self.channel_layer = scope, send, None
        with suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Straight to the handler: Channels' own dispatch hops to a thread for each message."""
        await getattr(self, get_handler_name(message))(message)

    async def opened(self) -> None:
        self.abuses, self.recent = 0, [0.0] * MOST_MESSAGES
        uuid = self.scope["url_route"]["kwargs"]["session"]
        begun = await self.db(begin, uuid, self.user, session_cookie(self.scope), now(), agent=agent_of(self.scope))
        self.session_id, self.enrolment, self.released = begun.session_id, begun.enrolment, begun.released
        self.edge, self.rhythm = begun.hello["edge"], Rhythm(begun.hello["beat_s"])
        await self.accept()
        await self.send_json(begun.hello)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.abuses >= MOST_ABUSES:  # closed; what was on its way is dropped
            return
        if self._too_many():
            await self._refuse_abuse("study.too_many")
            return
        try:
            beat = beat_of(text_data or "", self.session_id)
        except BadMessage as bad:
            await self._refuse_abuse(bad.code)
            return
        if self.rhythm is not None:
            self.rhythm.add(self.recent[-1], playing=beat.playing)
        try:
            credited = await batcher().credit(beat)
        except NotSaved:
            await self.send_json(refusal("study.retry", fatal=False))
            await self.close(CLOSE_TRY_AGAIN)
            return
        await self._answer(credited)

    async def disconnect(self, code: int) -> None:
        """Honest pages never beat evenly enough to be written down: thousands that leave at once cost no query."""
        rhythm = self.rhythm
        if rhythm is not None and rhythm.is_worth_noting:
            noted = {"beats": rhythm.beats, "rhythm_ms": rhythm.deviation_ms}
            await self.db(note_rhythm, self.session_id, **noted, at=now())

    async def _answer(self, credited: Credited) -> None:
        if not credited.accepted:
            await self._refuse(credited.refusal)
            return
        answer = ack(credited, self.released, self.edge)
        self.edge = max(self.edge, answer["edge"])
        await self.send_json(answer)
        if credited.complete:
            await self.send_json(await self.db(finish, self.enrolment, now()))
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
        if self.abuses == MOST_ABUSES:
            await self.close(CLOSE_ABUSE)
            await self.db(note_abuse, self.session_id, code, now())

    def _too_many(self) -> bool:
        """Whether the last `MOST_MESSAGES` came within `WINDOW_S`."""
        moment = asyncio.get_running_loop().time()
        self.recent.append(moment)
        return moment - self.recent.pop(0) < WINDOW_S


def agent_of(scope: dict[str, Any]) -> str:
    """The User-Agent of a handshake."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"user-agent"), "")
