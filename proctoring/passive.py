"""Passive signals: what pictures and their times say about the camera itself. Pure functions on plain values.

None of them stops anything: each becomes an incident for the hours review (`incidents.PASSIVE`), because an honest
person may have an odd camera.
"""

import re
from dataclasses import dataclass
from typing import Any

from proctoring.incidents import Kind
from proctoring.marks import FaceMark, face_difference
from proctoring.rules import ProctoringRules, bits_apart
from proctoring.vectors import distance_between

# Names as browsers give them; a phone used as a camera shows the app's name.
VIRTUAL = re.compile(
    r"virtual|虚拟|\bobs\b|manycam|xsplit|snap camera|droidcam|e2esoft|\bvcam|iriun|splitcam|youcam|camtwist|ndi video"
    r"|webcamoid|v4l2loopback|dummy video|fake_device|unity video|avatarify|chromacam|mmhmm|sparkocam|webcammax|epoccam"
    r"|直播伴侣|无他伴侣|小火柴",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Earlier:
    """A picture that was kept: `where` is snapshot, attempt or photo; `mark` is absent where it has been deleted."""

    where: str
    uuid: str
    fingerprint: str
    mark: FaceMark | None = None


@dataclass(frozen=True)
class Twin:
    """The earlier picture that a frame repeats, and how closely."""

    kind: str
    earlier: Earlier
    bits: int
    distance: float | None = None
    difference: float | None = None

    @property
    def data(self) -> dict[str, Any]:
        """What the incident keeps."""
        found = {"of": self.earlier.where, "twin": self.earlier.uuid, "bits": self.bits}
        more = {"distance": self.distance, "difference": self.difference}
        return found | {name: round(value, 4) for name, value in more.items() if value is not None}


def twin_of(
    fingerprint: str, mark: FaceMark | None, engine: str, earlier: list[Earlier], rules: ProctoringRules
) -> Twin | None:
    """The first earlier picture that this one is: the exposure itself, or the same picture altered."""
    for one in earlier:
        if not (fingerprint and one.fingerprint):
            continue
        bits = bits_apart(fingerprint, one.fingerprint)
        if bits <= rules.near_bits and (found := _compared(bits, mark, engine, one, rules)):
            return found
    return None


def _compared(bits: int, mark: FaceMark | None, engine: str, one: Earlier, rules: ProctoringRules) -> Twin | None:
    """Without faces to compare (nobody in the picture, or deleted ones) only the closest outline counts."""
    if mark is None or one.mark is None or mark.vector.shape != one.mark.vector.shape:
        return Twin(Kind.REPEATED_FRAME, one, bits) if bits <= rules.duplicate_bits else None
    difference = face_difference(one.mark.face, mark.face)
    distance = distance_between(engine, one.mark.vector, mark.vector)
    if bits <= rules.duplicate_bits and difference <= rules.same_face:
        return Twin(Kind.REPEATED_FRAME, one, bits, distance, difference)
    if difference <= rules.near_face and distance <= rules.near_at(engine):
        return Twin(Kind.NEAR_DUPLICATE, one, bits, distance, difference)
    return None


def is_virtual(label: str) -> bool:
    """Whether a camera's name is that of a known program."""
    return bool(VIRTUAL.search(label))


def is_looped(tells: dict[str, float], rules: ProctoringRules) -> bool:
    """Whether pictures came again exactly, after others in between, more often than chance could do."""
    return tells.get("again", 0) >= rules.loop_frames


def is_frozen(tells: dict[str, float], rules: ProctoringRules) -> bool:
    """Whether the room behind the face did not change by a single point, or several pictures are one and the same."""
    frames = tells.get("frames", 0)
    if frames >= rules.tell_frames:
        return tells.get("still", 0.0) >= rules.frozen_share
    return frames >= rules.snapshot_frames > 1 and tells.get("repeats", 0.0) >= 1.0


def is_oddly_timed(tells: dict[str, float], rules: ProctoringRules) -> bool:
    """Whether pictures came more evenly than a page can send them, or were mostly the one before."""
    if tells.get("frames", 0) < rules.tell_frames:
        return False
    return tells.get("uneven", 1.0) < rules.even_gaps or tells.get("repeats", 0.0) >= rules.repeat_share


def kinds_of(tells: dict[str, float], rules: ProctoringRules) -> list[Kind]:
    """Every signal in what was measured over several frames."""
    signals = (
        (Kind.LOOPED_FRAMES, is_looped), (Kind.FROZEN_BACKGROUND, is_frozen), (Kind.ODD_TIMING, is_oddly_timed),
    )  # fmt: skip
    return [kind for kind, holds in signals if holds(tells, rules)]
