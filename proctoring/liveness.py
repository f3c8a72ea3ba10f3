"""The liveness check as a pure machine: landmarks and times go in, events come out. No clock, engine, ORM or settings.

All times are seconds of one clock: that of the websocket process, at which frames and prompts are stamped when they
arrive or leave. The prompts are sent by that process, so `prompted` tells when one really left.
"""

import random
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from proctoring.motion import (
    ACTIONS,
    BLINK,
    MOUTH,
    TURNS,
    Measures,
    baseline_of,
    blinked,
    excursion,
    is_neutral,
    measure,
    pace_fault,
)
from proctoring.rules import ProctoringRules

FACING_TURN = 0.2  # a raw turn beyond this is not a face looking at the screen
STILL = 0.08  # and a baseline moves less than this
MOVED, GREW = 0.8, 1.4  # face widths, and times, a face may move and grow from one frame to the next


def draw_challenge(rng: random.Random, previous: list[str] | None, rules: ProctoringRules) -> list[str]:
    """Distinct random actions, always a turn among them, never the same sequence twice running."""
    while True:
        actions = rng.sample(ACTIONS, rules.actions)
        if any(action in TURNS for action in actions) and actions != previous:
            return actions


@dataclass(frozen=True)
class Seen:
    """What the engine saw in one frame. `points` (68, 2) and `centre` are those of the largest face, if any."""

    at: float
    faces: int
    points: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Event:
    """`identify` (compare this frame's face) · `prompt` index · `done` index · `failed` code, action · `finished`."""

    kind: str
    index: int = 0
    code: str = ""
    action: str = ""


@dataclass
class Judge:
    """One challenge from the first neutral frame to the verdict."""

    actions: list[str]
    rules: ProctoringRules
    state: str = "baseline"  # → asked → acting → settling → … → over
    index: int = 0
    since: float | None = None
    base: Measures | None = None
    times: list[float] = field(default_factory=list)
    frames: list[Measures] = field(default_factory=list)
    last_face_at: float | None = None
    last_centre: NDArray[np.float32] | None = None
    last_width: float = 0.0
    crowded: int = 0
    details: dict[str, float] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The action now prompted for; empty outside of one."""
        return self.actions[self.index] if self.state in ("asked", "acting") else ""

    @property
    def progress(self) -> float:
        """How far the action now prompted for has got: 0 to 1 in fifths, coarse enough to be no dial for a forger."""
        if self.state != "acting" or self.base is None or not self.frames:
            return 0.0
        far = max(excursion(self.action, m, self.base, self.rules) for m in self.frames)
        return int(min(1.0, max(0.0, far)) * 5) / 5

    def see(self, seen: Seen) -> list[Event]:
        """Judge one frame."""
        if self.state == "over":
            return []
        if self.since is None:
            self.since = seen.at
        return self._presence(seen) or self._step(seen)

    def prompted(self, at: float) -> None:
        """The prompt for the current action left the server at `at`."""
        if self.state == "asked":
            self.state, self.since = "acting", at
            self.times, self.frames = [], []

    def deadline(self, at: float) -> list[Event]:
        """The server's clock passed the end of the current action; what has been seen until now decides."""
        if self.state != "acting" or at < self._ends_at():
            return []
        return self._verdict(final=True)

    def _ends_at(self) -> float:
        return (self.since or 0.0) + self.rules.action_s

    def _fail(self, code: str, action: str = "") -> list[Event]:
        self.state = "over"
        return [Event("failed", self.index, f"liveness.{code}", action)]

    def _presence(self, seen: Seen) -> list[Event]:
        """Whether there is exactly one face, and the same one as a frame ago."""
        if seen.faces > 1:
            self.crowded += 1
            return self._fail("two_faces", self.action) if self.crowded >= 2 else []
        if seen.points is None:
            last = self.last_face_at if self.last_face_at is not None else self.since
            patience = self.rules.gap_s if self.state in ("acting", "settling") else self.rules.neutral_wait_s
            return self._fail("no_face", self.action) if seen.at - (last or seen.at) > patience else []
        self.crowded = 0
        jumped = self._jumped(seen.points)
        self.last_face_at = seen.at
        if jumped and self.state != "baseline":
            return self._fail("face_changed", self.action)
        return []

    def _jumped(self, points: NDArray[np.float32]) -> bool:
        """Whether the face is elsewhere, or of another size, than where it was last seen (`gap_s` ago at most)."""
        centre, width = points.mean(0), max(1.0, float(np.ptp(points[:, 0])))
        before, last_width = self.last_centre, self.last_width
        self.last_centre, self.last_width = centre, width
        if before is None:
            return False
        moved = float(np.linalg.norm(centre - before)) / width
        return moved > MOVED or max(width / last_width, last_width / width) > GREW

    def _step(self, seen: Seen) -> list[Event]:
        if seen.points is None or seen.faces != 1:
            return []
        now = measure(seen.points)
        if self.state == "baseline":
            return self._gather(now, seen.at)
        if self.state == "settling":
            return self._settle(now, seen.at)
        if self.state == "acting":
            return self._act(now, seen.at)
        return []

    def _gather(self, now: Measures, at: float) -> list[Event]:
        """Collect the neutral baseline, then ask for the first action."""
        if at - (self.since or at) > self.rules.neutral_wait_s:
            return self._fail("not_facing")
        turns = [m.turn for m in self.frames] + [now.turn]
        if abs(now.turn) > FACING_TURN or max(turns) - min(turns) > STILL:
            self.frames = []
            return []
        self.frames.append(now)
        if len(self.frames) < self.rules.baseline_frames:
            # the first and the middle frame carry the identity, spread over the baseline
            return [Event("identify")] if len(self.frames) in (1, self.rules.baseline_frames // 2 + 1) else []
        self.base = baseline_of(self.frames)
        return self._ask(at)

    def _ask(self, at: float) -> list[Event]:
        self.state, self.since = "asked", at
        return [Event("prompt", self.index, action=self.actions[self.index])]

    def _settle(self, now: Measures, at: float) -> list[Event]:
        """Back to neutral: identity is compared here too, so nobody steps in between two actions."""
        assert self.base is not None
        if at - (self.since or at) > self.rules.neutral_wait_s:
            return self._fail("not_facing")
        if not is_neutral(now, self.base, self.rules):
            return []
        if self.index + 1 == len(self.actions):
            self.state = "over"
            return [Event("identify"), Event("finished")]
        self.index += 1
        return [Event("identify"), *self._ask(at)]

    def _act(self, now: Measures, at: float) -> list[Event]:
        if at > self._ends_at():
            return self._verdict(final=True)
        if at < (self.since or 0.0):
            return []  # on its way before the prompt left
        self.times.append(at)
        self.frames.append(now)
        return self._verdict(final=False)

    def _verdict(self, *, final: bool) -> list[Event]:
        """Done, failed, or (unless `final`) not decided yet."""
        assert self.base is not None
        action = self.actions[self.index]
        fault = self._other_action(action)
        if fault is None:
            fault = self._blink(final) if action == BLINK else self._movement(action, final)
        if fault == "":
            return []
        if fault == "done":
            self.state, self.since = "settling", self.times[-1]
            return [Event("done", self.index, action=action)]
        return self._fail(fault, action)

    def _other_action(self, action: str) -> str | None:
        """A turn or an open mouth nobody asked for. (Eyes and nose move along with other actions; these do not.)"""
        assert self.base is not None
        for other in (*TURNS, MOUTH):
            if other != action and any(excursion(other, m, self.base, self.rules) >= 1 for m in self.frames):
                return "wrong_action"
        return None

    def _blink(self, final: bool) -> str:
        assert self.base is not None
        result = blinked(self.times, self.frames, self.base, self.rules)
        if result:
            return "done" if result == "seen" else "print_suspected"
        if not final:
            return ""
        closed = any(excursion(BLINK, m, self.base, self.rules) >= 1 for m in self.frames)
        return self._missing() or ("too_slow" if closed else "not_seen")

    def _movement(self, action: str, final: bool) -> str:
        """Judged once the peak is behind (or time is up): past the threshold, then at an even speed."""
        assert self.base is not None
        values = [excursion(action, m, self.base, self.rules) for m in self.frames]
        peak = int(np.argmax(values)) if values else 0
        reached = bool(values) and values[peak] >= 1
        if not reached:
            return self._unreached(values) if final else ""
        behind = values[-1] < 0.85 * values[peak] or self.times[-1] - self.times[peak] >= 0.3
        if not behind and not final:
            return ""
        self.details[f"{action}_peak"] = round(values[peak], 3)
        return pace_fault(self.times, values, self.rules) or "done"

    def _unreached(self, values: list[float]) -> str:
        missing = self._missing()
        if missing:
            return missing
        if max(values) < 0.4:
            return "not_seen"
        return "too_slow" if values[-1] > 0.9 * max(values) else "not_enough"

    def _missing(self) -> str:
        """Why an action could not be seen at all: too few frames arrived."""
        return "few_frames" if len(self.frames) < self.rules.min_fps * self.rules.action_s else ""
