"""The camera's socket: who may speak, what a frame may be, and who gets it. Never touches a face model.

Protocol: docs/protocol.md, section "camera". Text is JSON; a binary message is a 16-byte token and one JPEG.
"""

import asyncio
import json
import math
import time
from collections.abc import Coroutine
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.http import parse_cookie
from django.utils import timezone

from proctoring import queries, supervision
from proctoring.challenge import Challenge
from proctoring.errors import SessionClosed
from proctoring.likeness import known_of
from proctoring.limits import rules_of
from proctoring.lookouts import Lookout
from proctoring.models import CameraSession
from proctoring.outcomes import PASSED, Sighting
from proctoring.pictures import is_frame
from proctoring.rules import REVIEW, ProctoringRules
from tenants.accounts.signin import DEVICE_COOKIE
from tenants.consumers import CLOSE_ABUSE, CLOSE_REFUSED, TenantConsumer
from tenants.crypto import blind_index
from tenants.handshake import header

log = structlog.get_logger(__name__)

TOKEN_BYTES = 16
FORGIVEN_S = 2.0  # frames already on their way when a token ended
STRIKE_DECAY_S = 5.0
CLOSE_REPLACED = 4409
RETURN_LOOK_S = 2.0
MESSAGES = {"liveness.start", "liveness.cancel", "snapshot.resume", "camera.lost"}


def load(
    session_uuid: UUID, user: Any, at: datetime, *, device: str = "", user_agent: str = ""
) -> tuple[CameraSession, ProctoringRules, bytes]:
    """The person's open session, the rules, the packed template and each reference photo's vector.

    `device` and `user_agent` are the browser's: from another one than was checked, a new check is due.

    Raises `SessionClosed`, `ProfileIncomplete`, `TemplateBeingMade`.
    """
    session = queries.open_session(session_uuid, user)
    if session is None:
        raise SessionClosed
    profile = queries.profile_of(user)
    known = known_of(profile, user)
    session = supervision.note_return(session, device=device, user_agent=user_agent, at=at)
    return session, rules_of(user, session.institution, at=at), known


def browser_of(scope: dict[str, Any]) -> dict[str, str]:
    """Which browser has connected: the index of its device token and its User-Agent."""
    token = parse_cookie(header(scope, b"cookie")).get(DEVICE_COOKIE, "")
    return {"device": blind_index("device", token) if token else "", "user_agent": header(scope, b"user-agent")}


class CameraConsumer(TenantConsumer):
    """One person's camera. `session.verified_until` in the database is the verdict; this holds a copy for timing."""

    session: CameraSession
    rules: ProctoringRules
    known: bytes
    challenge: Challenge | None = None
    lookout: Lookout | None = None
    ready = False
    strikes = 0.0
    struck_at = 0.0
    token_ended_at = 0.0
    closing = False
    doubtful = False  # the last snapshot may show somebody else

    @property
    def key(self) -> str:
        """Names the session in Redis."""
        return self.session.uuid.hex

    async def opened(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        session_uuid = self.scope["url_route"]["kwargs"]["session"]
        browser = browser_of(self.scope)
        self.session, self.rules, self.known = await self.db(load, session_uuid, self.user, timezone.now(), **browser)
        await self.accept()
        self.group = f"camera.{self.key}"
        await self.channel_layer.group_send(self.group, {"type": "camera.replaced"})
        await self.channel_layer.group_add(self.group, self.channel_name)
        self.ready = True
        await self.send_json({"type": "camera.ready", **self.state()})
        if self.verified_for() > 0 or (self.in_exam and self.session.verified_at):
            self._start_lookout(first_in_s=RETURN_LOOK_S)
        if self.session.expired_code == "camera.new_device":
            await self._tell_expired()

    def state(self) -> dict[str, Any]:
        """What the page may know of the verdict."""
        until = self.session.verified_until
        return {
            "verified": self.verified_for() > 0,
            "verified_until": until.isoformat() if until else None,
            "resumable": supervision.may_resume(self.session, self.rules, timezone.now()),
        }

    def verified_for(self) -> float:
        """Seconds the verification still holds."""
        until = self.session.verified_until
        return (until - timezone.now()).total_seconds() if until else 0.0

    def look_in(self) -> float:
        """Seconds until a snapshot is due whatever chance drew; infinite when none is."""
        by = self.session.look_by
        return (by - timezone.now()).total_seconds() if by else math.inf

    @property
    def in_exam(self) -> bool:
        return self.session.purpose == CameraSession.Purpose.EXAM

    async def disconnect(self, code: int) -> None:
        if not self.ready:
            return
        self.ready = False
        for task in self._tasks.values():
            task.cancel()
        await self.channel_layer.group_discard(self.group, self.channel_name)
        if not self.closing:
            await self.db(supervision.note_offline, self.session, at=timezone.now())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Quick on purpose: Daphne holds nobody back, so what does not belong here is dropped at once."""
        if self.closing or not self.ready:
            return
        if bytes_data is not None:
            await self._frame(bytes_data)
        else:
            await self._message(text_data or "")

    async def _message(self, text: str) -> None:
        try:
            message = json.loads(text) if len(text) <= 200 else None
        except ValueError:
            message = None
        # The protocol's messages have no field but their type: nothing a client claims is ever used.
        if not isinstance(message, dict) or set(message) != {"type"} or message["type"] not in MESSAGES:
            await self._strike("camera.bad_message")
            return
        await getattr(self, "_on_" + message["type"].replace(".", "_"))()

    async def _on_liveness_start(self) -> None:
        if self._running("challenge"):
            await self._strike("liveness.running")
            return
        self._stop("lookout")
        self.challenge = Challenge(self)
        self._go("challenge", self.challenge.run())

    async def _on_liveness_cancel(self) -> None:
        """Ends the check at once; it counts as an attempt, or one could cancel until a wanted sequence is drawn."""
        self._stop("challenge")
        if self._running("challenge"):
            await asyncio.wait({self._tasks["challenge"]}, timeout=2)  # until its slot is given back

    async def _on_snapshot_resume(self) -> None:
        """Back in the picture: one snapshot decides, if the rules allow it after this pause."""
        at = timezone.now()
        if self.lookout is not None and self._running("lookout"):
            self.lookout.now()
            return
        if self._running("challenge"):
            return
        if not supervision.may_resume(self.session, self.rules, at):
            await self.send_json({"type": "camera.state", **self.state()})
            return
        self.lookout = Lookout(self)
        self._go("lookout", self.lookout.resume())

    async def _on_camera_lost(self) -> None:
        """The page says its camera went away: believed, since it only costs the person."""
        self._stop("challenge")
        if self.verified_for() > 0:
            await self.lapsed("camera.lost")

    async def _frame(self, message: bytes) -> None:
        """Token first, then size, magic and dimensions, then credit; anything else is a strike."""
        token, jpeg = message[:TOKEN_BYTES], message[TOKEN_BYTES:]
        takers = (self.challenge, self.lookout)
        taker = next((t for t in takers if t is not None and t.token and t.token == token), None)
        if taker is None:
            if time.monotonic() - self.token_ended_at > FORGIVEN_S:
                await self._strike("camera.bad_token")
            return
        self.token_ended_at = time.monotonic()
        if not is_frame(jpeg, self.rules):
            await self._strike("camera.bad_frame")
        elif isinstance(taker, Challenge) and taker.in_flight >= self.rules.in_flight:
            await self._strike("camera.no_credit")
        else:
            await taker.frame(jpeg)

    async def _strike(self, code: str) -> None:
        """Count misuse (it fades with time); at the limit the socket is closed and nothing is verified any more."""
        now = time.monotonic()
        self.strikes = max(0.0, self.strikes - (now - self.struck_at) / STRIKE_DECAY_S) + 1
        self.struck_at = now
        if self.strikes < self.rules.abuse_limit:
            await self.send_json({"type": "error", "code": code})
            return
        self.closing = True
        for name in list(self._tasks):
            self._stop(name)
        log.warning("camera.abuse", code=code)
        await self.db(supervision.record_abuse, self.session, at=timezone.now(), code=code)
        await self.send_json({"type": "camera.expired", "code": "camera.abuse", "resumable": False})
        await self.close(CLOSE_ABUSE)

    async def face_events(self, message: dict[str, Any]) -> None:
        """From a worker: a frame of the challenge was judged."""
        if self.challenge is not None:
            await self.challenge.heard(message)

    async def face_snapshot(self, message: dict[str, Any]) -> None:
        """From a worker: a snapshot was judged."""
        if self.lookout is not None:
            self.lookout.heard(message)

    async def camera_replaced(self, message: dict[str, Any]) -> None:
        """The same session was opened elsewhere: the newest wins."""
        self.closing = True
        for name in list(self._tasks):
            self._stop(name)
        await self.send_json({"type": "camera.replaced"})
        await self.close(CLOSE_REPLACED)

    async def camera_look(self, message: dict[str, Any]) -> None:
        """Study wants a snapshot within the lesson that has begun."""
        self.session.look_by = datetime.fromisoformat(message["by"])
        if self.lookout is not None:
            self.lookout.hurry()

    async def camera_ended(self, message: dict[str, Any]) -> None:
        """The sign-in that this camera belongs to is over."""
        await self._end_here()

    async def liveness_ended(self, session: CameraSession, seen: Sighting) -> None:
        """Tell the verdict; after a pass the lookout begins."""
        self.session, self.token_ended_at = session, time.monotonic()
        if seen.outcome == PASSED:
            await self.send_json({"type": "liveness.passed", **self.state()})
            self._start_lookout()
            return
        used = await self.db(queries.attempts_today, self.user, timezone.now())
        left = max(0, self.rules.attempts_per_day - used)
        await self.send_json({"type": "liveness.failed", "code": seen.outcome, "action": seen.action, "left": left})
        if self.in_exam and self.session.verified_at:
            self._start_lookout(first_in_s=self.rules.recheck_s)

    async def snapshot_taken(self, seen: Sighting, picture: bytes | None, requested_at: datetime) -> None:
        """Write a snapshot down and tell what it changed; never how close the match was."""
        self.token_ended_at = time.monotonic()
        shot = await self.db(
            supervision.record_snapshot, self.session, seen, picture=picture, requested_at=requested_at,
            at=timezone.now(),
        )  # fmt: skip
        self.session, self.doubtful = shot.session, shot.outcome == REVIEW
        if shot.outcome in supervision.HOLDS and self.verified_for() > 0:
            await self.send_json({"type": "camera.state", **self.state()})
        else:
            await self._tell_expired()

    async def lapsed(self, code: str) -> None:
        """The verification ends for a reason found here."""
        self._stop("lookout")
        self.session = await self.db(supervision.expire_session, self.session, code, at=timezone.now())
        await self._tell_expired()

    async def _tell_expired(self) -> None:
        code = self.session.expired_code or "camera.timeout"
        resumable = self.state()["resumable"]
        await self.send_json({"type": "camera.expired", "code": code, "resumable": resumable})

    def _start_lookout(self, first_in_s: float | None = None) -> None:
        self.lookout = Lookout(self)
        self._go("lookout", self.lookout.run(first_in_s))

    def _running(self, name: str) -> bool:
        return name in self._tasks and not self._tasks[name].done()

    def _stop(self, name: str) -> None:
        """Cancel a task, unless it is the one that asks."""
        task = self._tasks.get(name)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _go(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[name] = asyncio.create_task(self._guarded(work))

    async def _end_here(self) -> None:
        """The session is closed in the database: nothing this socket sends counts any more."""
        self.closing = True
        for name in list(self._tasks):
            self._stop(name)
        await self.send_json({"type": "camera.expired", "code": "camera.closed", "resumable": False})
        await self.close(CLOSE_REFUSED)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """A task that fails closes the socket (the page reconnects) instead of leaving a person waiting for ever."""
        try:
            await work
        except asyncio.CancelledError:
            raise
        except SessionClosed:
            await self._end_here()
        except Exception:
            log.exception("camera.task_failed")
            await self.close(1011)
