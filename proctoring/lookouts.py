"""Snapshots as the socket takes them: at moments nobody can foresee, while what was verified holds."""

import asyncio
import contextlib
import random
import secrets
import time
import uuid
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from proctoring import post, wire
from proctoring.outcomes import Sighting
from proctoring.rules import seconds_to_snapshot

if TYPE_CHECKING:
    from proctoring.consumers import CameraConsumer

GATHER_S = 1.5  # the frames of one snapshot follow each other within this
VERDICT_S = 6.0
RETRY_S = 15.0  # no worker answered: nobody is blamed, ask again soon


class Lookout:
    """Asks for a few frames, has them judged, writes the verdict down."""

    def __init__(self, consumer: "CameraConsumer") -> None:
        self.consumer = consumer
        self.token = b""
        self.rng = random.SystemRandom()
        self._frames: list[bytes] = []
        self._arrived: list[float] = []
        self._complete = asyncio.Event()
        self._verdict: asyncio.Future[dict[str, Any]] | None = None
        self._request = ""
        self._sooner, self._at_once = asyncio.Event(), False

    async def resume(self) -> None:
        """One snapshot decides whether a pause is over; if so, go on as before."""
        if await self.take() and self.consumer.verified_for() > 0:
            await self.run()

    async def run(self, first_in_s: float | None = None) -> None:
        """Snapshots until the verification ends; in an exam on and on, because what is not seen there is evidence.

        A returning socket is looked at at once.
        """
        wait = first_in_s if first_in_s is not None else self._drawn()
        while True:
            held = self.consumer.verified_for() > 0
            await self._wait(wait)
            if held and self.consumer.verified_for() <= 0:
                await self.consumer.lapsed("camera.timeout")
            elif not await self.take():
                self.consumer.session.look_by = None  # nobody to judge it: not asked for again at once
                wait = RETRY_S
                continue
            if self.consumer.verified_for() <= 0 and not self.consumer.in_exam:
                return
            wait = self._next()

    def hurry(self) -> None:
        """A snapshot is due sooner than was drawn."""
        self._sooner.set()

    def now(self) -> None:
        """The person asks for one."""
        self._at_once = True
        self._sooner.set()

    def _drawn(self) -> float:
        return seconds_to_snapshot(self.consumer.rules, self.rng, exam=self.consumer.in_exam)

    def _next(self) -> float:
        """Soon after a doubtful match or while nothing is verified, else as chance has it."""
        rules = self.consumer.rules
        if self.consumer.doubtful or self.consumer.verified_for() <= 0:
            return self.rng.uniform(0.5, 1.0) * rules.recheck_s
        return self._drawn()

    async def _wait(self, seconds: float) -> None:
        """`seconds`, or less: until the verification ends, or a lesson's snapshot is due."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while not self._at_once:
            left = min(ends - loop.time(), self.consumer.look_in())
            if (held := self.consumer.verified_for()) > 0:
                left = min(left, held)
            if left <= 0:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._sooner.wait(), left)
            self._sooner.clear()
        self._at_once = False

    async def take(self) -> bool:
        """One snapshot from request to record; False when no worker could judge it."""
        requested_at = timezone.now()
        frames = await self._gather()
        if frames:
            answer = await self._judged(frames)
            if answer is None:
                return False
            seen, picture = Sighting(**answer["seen"]), answer["picture"]
            seen.evidence["waits_ms"] = [round(1000 * (b - a)) for a, b in pairwise(self._arrived)]
        else:
            seen, picture = Sighting("no_answer"), None
        await self.consumer.snapshot_taken(seen, picture, requested_at)
        return True

    async def _gather(self) -> list[bytes]:
        """Ask the page; wait for the first frame as long as the rules say, for the rest briefly."""
        rules = self.consumer.rules
        self._frames, self._arrived, self._complete = [], [], asyncio.Event()
        self.token = secrets.token_bytes(16)
        await self.consumer.send_json({
            "type": "snapshot.request", "token": self.token.hex(), "frames": rules.snapshot_frames,
            "seconds": rules.snapshot_answer_s,
        })  # fmt: skip
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._complete.wait(), rules.snapshot_answer_s)
        self.token = b""
        return self._frames

    async def frame(self, jpeg: bytes) -> None:
        """A frame that passed the door's checks."""
        self._frames.append(jpeg)
        self._arrived.append(time.monotonic())
        if len(self._frames) == 1:
            asyncio.get_running_loop().call_later(GATHER_S, self._complete.set)
        if len(self._frames) >= self.consumer.rules.snapshot_frames:
            self.token = b""
            self._complete.set()

    async def _judged(self, frames: list[bytes]) -> dict[str, Any] | None:
        """Have the frames judged; a worker that does not answer is asked no second time, another one is."""
        self._request, tried = uuid.uuid4().hex, ""
        for _try in range(2):
            worker = await post.choose_worker()
            if not worker or worker == tried:
                return None
            tried = worker
            self._verdict = asyncio.get_running_loop().create_future()
            await post.hand_over(worker, wire.WORK, {
                "kind": "snapshot", "channel": self.consumer.channel_name, "request": self._request,
                "rules": post.rules_json(self.consumer.rules), "known": self.consumer.known, "t": time.time(),
            } | {f"jpeg{i}": jpeg for i, jpeg in enumerate(frames)})  # fmt: skip
            try:
                return await asyncio.wait_for(self._verdict, VERDICT_S)
            except TimeoutError:
                continue
        return None

    def heard(self, message: dict[str, Any]) -> None:
        """The worker's verdict on the snapshot asked for last."""
        if message["request"] == self._request and self._verdict is not None and not self._verdict.done():
            self._verdict.set_result(message)
