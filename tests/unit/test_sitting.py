"""One challenge as a worker keeps it: real frames through the real engine, at injected times."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from proctoring.engine.frames import decode
from proctoring.examine import local_engine
from proctoring.liveness import Judge
from proctoring.rules import ProctoringRules
from proctoring.sitting import Sitting
from tests.tools.clips import FPS, clips_of, jpeg

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
RULES = ProctoringRules()
STEP_S = 0.1


@pytest.fixture(scope="module")
def obama(cache_folder):
    return clips_of(FACES / "obama.jpg", cache_folder).actions


@pytest.fixture(scope="module")
def stranger(cache_folder):
    return clips_of(FACES / "astronaut.png", cache_folder).actions


@pytest.fixture(scope="module")
def known(obama):
    """The template: the mean of a few looks at the person."""
    engine, vectors = local_engine(), []
    for frame in obama["neutral"][:12:4]:
        rgb, grey = decode(frame, 640 * 480)
        vectors += engine.embed(rgb, engine.landmarks(grey, engine.detect(grey)[0]))
    return [engine.mean(vectors)]


def sit(known, actions=("left", "nod", "right")):
    return Sitting(local_engine(), RULES, Judge(list(actions), RULES), known)


def play(sitting, clips_at):
    """Feed a sitting until it is over; `clips_at(done)` gives the clips of who sits there after so many actions."""
    at, clip, began, done = 100.0, "neutral", 100.0, 0
    while at < 150:
        frames = clips_at(done)[clip]
        index = int((at - began) * FPS)
        if index >= len(frames):
            clip, began, index, frames = "neutral", at, 0, clips_at(done)["neutral"]
        _state, events = sitting.frame(at, frames[index])
        for event in events:
            if event["kind"] == "prompt":
                sitting.prompted(at)
                clip, began = event["action"], at + STEP_S
            elif event["kind"] == "done":
                done += 1
            else:
                return event
        at = round(at + STEP_S, 3)
    raise AssertionError("never ended")


def test_the_person_passes_and_the_evidence_says_in_what_time(obama, known):
    over = play(sit(known), lambda done: obama)
    assert over["code"] == "liveness.passed"
    assert over["distance"] < RULES.dlib_pass
    assert over["details"]["seconds"] == RULES.action_s
    assert over["picture"].startswith(b"\xff\xd8")


@pytest.mark.parametrize("swapped_after", [1, 2])
def test_a_face_swapped_between_two_actions_at_the_same_place_fails(obama, stranger, known, swapped_after):
    over = play(sit(known), lambda done: stranger if done >= swapped_after else obama)
    assert over["code"] == "liveness.face_changed"


def moved(frame, *, scale=1.0, x=0, y=0, light=1.0, add=0):
    """The frame as another camera would see it: nearer or farther, shifted, lighter or darker."""
    picture = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_COLOR)
    place = np.array([[scale, 0, 320 * (1 - scale) + x], [0, scale, 205 * (1 - scale) + y]], np.float32)
    seen = cv2.warpAffine(picture, place, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    return jpeg(np.clip(seen.astype(np.float32) * light + add, 0, 255).astype(np.uint8))


HINTS = {
    "ok": {},
    "far": {"scale": 0.55},
    "close": {"scale": 2.0},
    "aside": {"x": 170},
    "dark": {"light": 0.3},
    "bright": {"light": 0.6, "add": 140},
}


@pytest.mark.parametrize("hint", HINTS)
def test_framing_and_light_are_told_while_the_person_gets_into_position(obama, known, hint):
    state, events = sit(known).frame(100.0, moved(obama["neutral"][0], **HINTS[hint]))
    assert (state, events) == (hint, [])


def test_a_turned_face_and_an_empty_chair_are_told(obama, known):
    empty = jpeg(np.full((480, 640, 3), 120, np.uint8))
    assert sit(known).frame(100.0, obama["left"][18])[0] == "turned"
    assert sit(known).frame(100.0, empty)[0] == "no_face"
    assert sit(known).frame(100.0, b"\xff\xd8 no picture")[0] == "unreadable"


@pytest.mark.parametrize(("lag_s", "code"), [(0.05, "liveness.few_frames"), (0.6, "liveness.busy")])
def test_few_frames_are_the_networks_fault_unless_they_waited_here(obama, known, lag_s, code):
    sitting, at, asked = sit(known), 100.0, []
    while not asked:
        sitting.late(lag_s)
        _state, asked = sitting.frame(at, obama["neutral"][0])
        at += STEP_S
    sitting.prompted(at)
    (over,) = sitting.deadline(at + RULES.action_s)
    assert over["code"] == code
    assert over["details"]["lag_ms"] == round(lag_s * 1000)
