"""What a face worker keeps of one challenge: engine and judge brought together. Synchronous, no Redis, no clock."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proctoring.engine import Box, FaceEngine
from proctoring.engine import frames as pictures
from proctoring.gather import Series, Tells, face_of, thumbnail
from proctoring.liveness import Judge, Seen
from proctoring.marks import FaceMark
from proctoring.motion import measure
from proctoring.outcomes import PASSED, Sighting
from proctoring.rules import MISMATCH, ProctoringRules, verdict_of

MAX_PIXELS = 1280 * 1280
FULL_LOOK_EVERY = 4  # every so many frames the whole frame is searched: somebody else may have come in
TINY = 0.45  # a second face much smaller than the first is a poster or a passer-by
# Framing in parts of the picture: a smaller face is far, a larger one close; the oval's middle, and how far off it.
FAR, CLOSE, MIDDLE, OFF = 0.17, 0.5, (0.5, 0.43), (0.2, 0.22)
TURNED = 0.2
LAGGING_S = 0.3  # with three frames in flight, a worker that far behind is what makes frames few


@dataclass
class Glance:
    """One decoded frame with what was found in it."""

    rgb: Any
    grey: Any
    boxes: list[Box]
    points: Any = None

    @property
    def state(self) -> str:
        """For the self-view: ok, no_face or two_faces."""
        return "ok" if len(self.boxes) == 1 else "two_faces" if self.boxes else "no_face"

    @property
    def framing(self) -> str:
        """Where the one face is: ok, turned, far, close or aside."""
        high, wide = self.grey.shape
        box = self.boxes[0]
        x, y = (box.left + box.right) / 2 / wide, (box.top + box.bottom) / 2 / high
        if box.width < FAR * wide:
            return "far"
        if box.width > CLOSE * wide:
            return "close"
        if abs(x - MIDDLE[0]) > OFF[0] or abs(y - MIDDLE[1]) > OFF[1]:
            return "aside"
        return "turned" if abs(measure(self.points).turn) > TURNED else "ok"

    def light(self, rules: ProctoringRules) -> str:
        """How the face is lit: ok, dark or bright."""
        level = pictures.brightness(self.grey, self.boxes[0])
        return "dark" if level < rules.too_dark else "bright" if level > rules.too_bright else "ok"


def glance(engine: FaceEngine, jpeg: bytes, near: Box | None = None) -> Glance | None:
    """Decode a frame and find the face; None when it does not decode."""
    try:
        rgb, grey = pictures.decode(jpeg, MAX_PIXELS)
    except pictures.Unreadable:
        return None
    boxes = engine.detect(grey, near)
    boxes = [box for box in boxes if box.width >= TINY * boxes[0].width]
    return Glance(rgb, grey, boxes, engine.landmarks(grey, boxes[0]) if boxes else None)


@dataclass
class Sitting:
    """One person's challenge at this worker."""

    engine: FaceEngine
    rules: ProctoringRules
    judge: Judge
    known: list[np.ndarray]  # the template, then each reference photo by itself
    vectors: list[np.ndarray] = field(default_factory=list)
    near: Box | None = None
    count: int = 0
    neutral: bytes = b""
    latest: bytes = b""
    fingerprint: str = ""
    times: list[float] = field(default_factory=list)
    series: Series = field(default_factory=Series)
    tells: Tells = field(default_factory=Tells)
    face: Any = None
    thumb: bytes = b""
    last: Glance | None = None
    lag_s: float = 0.0  # how long frames waited for this worker, on the whole
    waited: int = 0  # and how many did

    def late(self, seconds: float) -> None:
        """A frame lay in this worker's inbox so long before its turn came."""
        self.lag_s += seconds
        self.waited += 1

    @property
    def mean_lag_s(self) -> float:
        return self.lag_s / self.waited if self.waited else 0.0

    def frame(self, at: float, jpeg: bytes) -> tuple[str, list[dict[str, Any]]]:
        """Judge one frame; what the self-view may say of it (`_state`), and events for the socket."""
        self.count += 1
        seen = glance(self.engine, jpeg, self.near if self.count % FULL_LOOK_EVERY else None)
        if seen is None:
            return "unreadable", []
        self.near = seen.boxes[0] if seen.boxes else None
        self.latest, self.last = jpeg, seen
        self.times.append(at)
        self.tells.add(at, seen.grey, self.near)
        if len(seen.boxes) == 1:
            self.series.add(at, measure(seen.points))
        events = []
        for event in self.judge.see(Seen(at, len(seen.boxes), seen.points)):
            if event.kind == "identify":
                self._identify(seen, jpeg)
            elif event.kind == "finished":
                events.append(self._finish())
            elif event.code == "liveness.not_facing" and self._is_somebody_else(seen):
                events.append(self._over("liveness.face_changed", event.action))
            else:
                if event.kind == "done":
                    self.series.note(at, "done", event.action)
                events.append(self._told(event))
        return self._state(seen), events

    def _state(self, seen: Glance) -> str:
        """ok, no_face, two_faces, dark, bright; while nothing is moving also far, close, aside, turned."""
        if seen.state != "ok":
            return seen.state
        still = self.judge.state in ("baseline", "asked")
        framing = seen.framing if still else "ok"
        return framing if framing != "ok" else seen.light(self.rules)

    @property
    def progress(self) -> float:
        """How far the action asked for has got, 0 to 1."""
        return self.judge.progress

    def prompted(self, at: float) -> None:
        """The prompt left the server."""
        self.judge.prompted(at)
        self.series.note(at, "prompt", self.judge.action)

    def deadline(self, at: float) -> list[dict[str, Any]]:
        """The time for the current action is over."""
        return [self._told(event) for event in self.judge.deadline(at)]

    def _identify(self, seen: Glance, jpeg: bytes) -> None:
        self.vectors += self.engine.embed(seen.rgb, seen.points, mirrored=False)
        if not self.neutral:
            self.neutral, self.fingerprint = jpeg, pictures.fingerprint(seen.grey)
            self.face, self.thumb = face_of(seen.grey, seen.points), thumbnail(seen.rgb)

    def _is_somebody_else(self, seen: Glance) -> bool:
        """Whether a face that does not come back to the first pose never will, because it is another one."""
        if not self.vectors or abs(measure(seen.points).turn) > TURNED:
            return False
        now = self.engine.mean(self.engine.embed(seen.rgb, seen.points, mirrored=False))
        return self.engine.distance(now, self.engine.mean(self.vectors)) > self.rules.review_at(self.engine.name)

    def _told(self, event: Any) -> dict[str, Any]:
        if event.kind == "failed":
            return self._over(event.code, event.action)
        return {"kind": event.kind, "index": event.index, "action": event.action}

    def _finish(self) -> dict[str, Any]:
        """Same face throughout, and the right one?"""
        limit = self.rules.pass_at(self.engine.name)
        pairs = [self.engine.distance(a, b) for i, a in enumerate(self.vectors) for b in self.vectors[i + 1 :]]
        if pairs and max(pairs) > limit:
            return self._over("liveness.face_changed")
        seen = self.engine.mean(self.vectors)
        distance = self.engine.distance(seen, self.known[0])
        missed = verdict_of(distance, self.engine.name, self.rules) == MISMATCH
        code = "liveness.not_the_person" if missed else PASSED
        return self._over(code, distance=distance, closest=closest_of(self.engine, seen, self.known), mean=seen)

    def _over(
        self,
        code: str,
        action: str = "",
        distance: float | None = None,
        closest: float | None = None,
        mean: np.ndarray | None = None,
    ) -> dict[str, Any]:
        """The last event: code, numbers and the picture that is kept as evidence."""
        if code == "liveness.few_frames" and self.mean_lag_s > LAGGING_S:
            code, action = "liveness.busy", ""  # this machine was too slow, not the person's network: it is not counted
        waits = np.diff(self.times) if len(self.times) > 1 else np.array([0.0])
        details = {
            **self.judge.details, "frames": self.count, "gap_ms": round(float(np.median(waits)) * 1000),
            "lag_ms": round(self.mean_lag_s * 1000), "seconds": self.rules.action_s,
        }  # fmt: skip
        return {
            "kind": "over",
            "code": code,
            "action": action,
            "engine": self.engine.name,
            "distance": None if distance is None else round(distance, 4),
            "closest": closest,
            "fingerprint": self.fingerprint,
            "details": details,
            "picture": self.neutral if distance is not None else self.latest,
            "evidence": self._evidence(mean),
        }

    def _evidence(self, mean: np.ndarray | None) -> dict[str, Any]:
        """What is kept beside the picture: of a check that compared nobody, its last frame and its measures."""
        found: dict[str, Any] = {"series": self.series.as_dict(), "tells": self.tells.as_dict()}
        if mean is not None and self.face is not None:
            found |= {"mark": FaceMark(mean, self.face).to_bytes(), "thumb": self.thumb}
            return found | {"apart": distances_to(self.engine, mean, self.known)}
        return found | {"thumb": thumbnail(self.last.rgb)} if self.last is not None else found


def closest_of(engine: FaceEngine, seen: np.ndarray, known: list[np.ndarray]) -> float | None:
    """Distance to the nearest single reference photo (`known` after the template)."""
    return round(min(engine.distance(seen, photo) for photo in known[1:]), 4) if known[1:] else None


def distances_to(engine: FaceEngine, seen: np.ndarray, known: list[np.ndarray]) -> list[float]:
    """To each reference photo, ID photo first (`known` after the template)."""
    return [round(engine.distance(seen, photo), 4) for photo in known[1:]]


def look_at_snapshot(
    engine: FaceEngine, jpegs: list[bytes], known: list[np.ndarray], rules: ProctoringRules
) -> tuple[Sighting, bytes]:
    """The verdict of a snapshot's frames: the mean of those with one face against the template (first of `known`).

    One frame with several faces decides (they may duck away); one frame with a face is enough otherwise. Frames are
    dealt with one by one: holding all of them decoded costs a millisecond of fresh memory each.
    """
    vectors: list[np.ndarray] = []
    tells, best, empty = Tells(), None, None
    for number, jpeg in enumerate(jpegs):
        seen = glance(engine, jpeg)
        if seen is None:
            continue
        if len(seen.boxes) > 1:
            return _faceless("two_faces", engine, _kept(seen)), jpeg
        tells.add(float(number), seen.grey, seen.boxes[0] if seen.boxes else None)
        if seen.boxes:
            vectors += engine.embed(seen.rgb, seen.points, mirrored=False)
            best = best or (_kept(seen), face_of(seen.grey, seen.points), jpeg)
        else:
            empty = empty or (_kept(seen), jpeg)
    if best is None:
        return _faceless("no_face", engine, empty[0] if empty else None), empty[1] if empty else b""
    (mark, thumb), face, jpeg = best
    mean = engine.mean(vectors)
    distance = engine.distance(mean, known[0])
    verdict = Sighting(
        verdict_of(distance, engine.name, rules),
        engine.name,
        round(distance, 4),
        mark,
        closest=closest_of(engine, mean, known),
        evidence={
            "mark": FaceMark(mean, face).to_bytes(),
            "thumb": thumb,
            "apart": distances_to(engine, mean, known),
            "tells": tells.as_dict(),
        },
    )
    return verdict, jpeg


def _kept(seen: Glance) -> tuple[str, bytes]:
    """Fingerprint and thumbnail of the frame that is kept."""
    return pictures.fingerprint(seen.grey), thumbnail(seen.rgb)


def _faceless(outcome: str, engine: FaceEngine, kept: tuple[str, bytes] | None) -> Sighting:
    """A snapshot in which nobody was compared: no face, or too many."""
    if kept is None:
        return Sighting(outcome, engine.name)
    return Sighting(outcome, engine.name, fingerprint=kept[0], evidence={"thumb": kept[1]})
