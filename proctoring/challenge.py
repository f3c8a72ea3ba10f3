"""One liveness check as the socket conducts it: slot, prompts, deadlines, watchdog. Judging is the worker's.

All times given to the worker are this process's monotonic seconds: frames are stamped on arrival, prompts on leaving.
"""

import asyncio
import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from proctoring import post, supervision, wire
from proctoring.outcomes import Sighting
from tenants.errors import DomainError

if TYPE_CHECKING:
    from proctoring.consumers import CameraConsumer

POLL_S = 0.5
NO_WORKER_S = 12.0  # a worker that crashed is back within this
SILENT_WORKER_S = 3.0  # frames in flight and no answer for this long: the worker is gone
SILENT_CLIENT_S = 6.0
MOVES = 2  # how often a challenge may move to another worker
USUAL_S = 15.0  # an honest check takes about so long: for the estimate of the wait


class Challenge:
    """Runs as a task of the consumer; `token` opens the door for its frames."""

    def __init__(self, consumer: "CameraConsumer") -> None:
        self.consumer = consumer
        self.token = b""
        self.worker = ""
        self.attempt: Any = None
        self.heard_at = self.framed_at = 0.0
        self.in_flight = 0
        self.over: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._timers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """From the queue to the verdict. A worker that dies costs the person only time: new actions are drawn."""
        try:
            for _move in range(MOVES + 1):
                if not await self._granted():
                    return await self._refused("liveness.busy")
                ended = await self._conduct()
                if ended is not None:
                    return await self._conclude(ended)
                await self._record(Sighting("liveness.busy"), None)
            await self._refused("liveness.busy")
        except DomainError as error:
            await self._refused(error.code)
        finally:
            for timer in self._timers:
                timer.cancel()
            self.token = b""
            await self._give_back()

    @property
    def longest_s(self) -> float:
        """No challenge that goes on takes longer than all its limits together."""
        rules = self.consumer.rules
        return rules.neutral_wait_s + rules.actions * (rules.action_s + rules.neutral_wait_s) + 10

    async def _granted(self) -> bool:
        """Wait for a slot, telling the place in the queue; False when no worker runs."""
        started, told = time.monotonic(), -1
        while True:
            self.worker, place, slots = await post.ask_for_slot(self.consumer.key, self.consumer.rules)
            if self.worker:
                return True
            if place == 0 and time.monotonic() - started > NO_WORKER_S:
                return False
            if place != told:
                wait_s = round(place * USUAL_S / max(1, slots))
                await self.consumer.send_json({"type": "liveness.queue", "place": place, "wait_s": wait_s})
                told = place
            await asyncio.sleep(POLL_S)

    async def _conduct(self) -> dict[str, Any] | None:
        """One challenge at one worker; None when that worker went silent."""
        consumer = self.consumer
        self.attempt = await consumer.db(supervision.begin_attempt, consumer.session, at=timezone.now())
        self.over = asyncio.get_running_loop().create_future()
        self.token, self.in_flight = secrets.token_bytes(16), 0
        self.heard_at = self.framed_at = time.monotonic()
        await self._post(
            "begin", actions=json.dumps(self.attempt.actions), rules=post.rules_json(consumer.rules),
            known=consumer.known,
        )  # fmt: skip
        await consumer.send_json({
            "type": "liveness.begin", "token": self.token.hex(), "actions": len(self.attempt.actions),
            "seconds": consumer.rules.action_s, "credits": consumer.rules.in_flight,
        })  # fmt: skip
        return await self._watch(time.monotonic())

    async def _watch(self, started: float) -> dict[str, Any] | None:
        renewed = started
        while True:
            try:
                return await asyncio.wait_for(asyncio.shield(self.over), POLL_S)
            except TimeoutError:
                now = time.monotonic()
            if now - renewed > wire.RENEW_S:
                renewed = now
                await post.renew_slot(self.worker, self.consumer.key)
            if self.in_flight and now - self.heard_at > SILENT_WORKER_S:
                self.token = b""
                await post.report_silent(self.worker)
                return None
            if now - self.framed_at > SILENT_CLIENT_S or now - started > self.longest_s:
                return {"code": "liveness.few_frames", "action": "", "details": {}}

    async def frame(self, jpeg: bytes) -> None:
        """A frame that passed the door's checks: stamped now, on to the worker."""
        self.framed_at = time.monotonic()
        if not self.in_flight:
            self.heard_at = self.framed_at
        self.in_flight += 1
        await self._post("frame", t=self.framed_at, data=jpeg)

    async def heard(self, message: dict[str, Any]) -> None:
        """What the worker says about a frame or a deadline."""
        if self.attempt is None or message["attempt"] != str(self.attempt.uuid) or self.over.done():
            return
        self.heard_at = time.monotonic()
        if message["face"]:
            self.in_flight = max(0, self.in_flight - 1)
            told = {"type": "camera.credit", "face": message["face"], "progress": message["progress"]}
            await self.consumer.send_json(told)
        for event in message["events"]:
            await self._event(event)

    async def _event(self, event: dict[str, Any]) -> None:
        if event["kind"] == "over":
            self.over.set_result(event)
        elif event["kind"] == "prompt":
            await self._prompt(event["index"], event["action"])
        else:
            await self.consumer.send_json({"type": "liveness.done", "index": event["index"]})

    async def _prompt(self, index: int, action: str) -> None:
        """Send the prompt and start this server's clock for the action."""
        seconds = self.consumer.rules.action_s
        await self.consumer.send_json({"type": "liveness.prompt", "index": index, "action": action, "seconds": seconds})
        sent_at = time.monotonic()
        await self._post("prompted", t=sent_at)
        timer = asyncio.create_task(self._deadline(sent_at + seconds))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)

    async def _deadline(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        await self._post("deadline", t=time.monotonic())

    async def _conclude(self, ended: dict[str, Any]) -> None:
        """Write the verdict down, then tell it."""
        self.token = b""
        seen = Sighting(
            outcome=ended["code"],
            engine=ended.get("engine", ""),
            distance=ended.get("distance"),
            closest=ended.get("closest"),
            fingerprint=ended.get("fingerprint", ""),
            action=ended.get("action", ""),
            details=ended.get("details", {}),
            evidence=ended.get("evidence", {}),
        )
        session = await self._record(seen, ended.get("picture"))
        await self.consumer.liveness_ended(session, seen)

    async def _record(self, seen: Sighting, picture: bytes | None) -> Any:
        record = supervision.record_liveness
        return await self.consumer.db(record, self.attempt, seen, picture=picture, at=timezone.now())

    async def _refused(self, code: str) -> None:
        await self.consumer.send_json({"type": "liveness.failed", "code": code, "action": ""})

    async def _post(self, kind: str, **fields: Any) -> None:
        head = {"kind": kind, "attempt": str(self.attempt.uuid), "channel": self.consumer.channel_name}
        await post.hand_over(self.worker, wire.LIVE, {**head, **fields})

    async def _give_back(self) -> None:
        if self.worker:
            if self.attempt is not None:
                await self._post("end")
            await post.return_slot(self.worker, self.consumer.key)
        else:
            await post.leave_queue(self.consumer.key)
