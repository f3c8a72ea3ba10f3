"""Passive signals on pictures made by script: an altered copy is found, a still person's second look is not."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from proctoring.engine.frames import decode, fingerprint
from proctoring.examine import local_engine
from proctoring.gather import Tells, face_of, glare
from proctoring.incidents import MEANINGS, PASSIVE, Kind
from proctoring.marks import FaceMark
from proctoring.passive import Earlier, is_frozen, is_looped, is_oddly_timed, is_virtual, kinds_of, twin_of
from proctoring.rules import ProctoringRules
from tests.tools import warp
from tests.tools.clips import jpeg

FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"
RULES = ProctoringRules()


@pytest.fixture(scope="module")
def face():
    return warp.Face(warp.load(FACE))


def marked(picture, engine=None):
    """(fingerprint, mark) of a frame as the worker makes them."""
    engine = engine or local_engine()
    rgb, grey = decode(jpeg(np.clip(picture, 0, 255).astype(np.uint8)), 10**7)
    points = engine.landmarks(grey, engine.detect(grey)[0])
    vector = engine.mean(engine.embed(rgb, points, mirrored=False))
    return fingerprint(grey), FaceMark(vector, face_of(grey, points))


@pytest.fixture(scope="module")
def kept(face):
    picture = face.render(seed=1).astype(float)
    mark, look = marked(picture)
    return picture, Earlier("snapshot", "kept", mark, look)


ALTERED = {
    "noise": lambda p, rng: p + rng.normal(0, 6, p.shape),
    "strong noise": lambda p, rng: p + rng.normal(0, 12, p.shape),
    "brighter": lambda p, rng: p * 1.04 + 9 + rng.normal(0, 3, p.shape),
    "moved": lambda p, rng: np.roll(p, (2, 3), (0, 1)) + rng.normal(0, 4, p.shape),
    "enlarged": lambda p, rng: cv2.warpAffine(
        p, cv2.getRotationMatrix2D((320, 240), 0, 1.02), (640, 480), borderMode=cv2.BORDER_REPLICATE
    ) + rng.normal(0, 4, p.shape),
}  # fmt: skip


@pytest.mark.parametrize("how", ALTERED)
def test_the_same_picture_altered_is_found_by_outline_face_and_embedding(kept, how):
    picture, earlier = kept
    mark, look = marked(ALTERED[how](picture, np.random.default_rng(3)))
    twin = twin_of(mark, look, local_engine().name, [earlier], RULES)
    assert twin is not None
    assert twin.kind in (Kind.NEAR_DUPLICATE, Kind.REPEATED_FRAME)
    assert twin.data["twin"] == "kept"


@pytest.mark.parametrize(
    "pose", [{"yaw": 4}, {"yaw": -3, "pitch": 2}, {"pitch": 4}, {"yaw": 3, "mouth": 0.1}, {"yaw": 2, "pitch": -3}]
)
def test_a_person_who_sits_still_in_the_same_room_is_not(kept, face, pose):
    """The outline alone would say so: it differs by a bit or two."""
    _picture, earlier = kept
    mark, look = marked(face.render(seed=5, **pose).astype(float))
    assert twin_of(mark, look, local_engine().name, [earlier], RULES) is None


def test_without_a_face_only_the_exposure_itself_is_the_same_picture():
    earlier = [Earlier("photo", "one", "0" * 64), Earlier("snapshot", "two", "f" * 64)]
    assert twin_of("0" * 63 + "7", None, "dlib", earlier, RULES).data == {"of": "photo", "twin": "one", "bits": 3}
    assert twin_of("0" * 62 + "ff", None, "dlib", earlier, RULES) is None
    assert twin_of("", None, "dlib", earlier, RULES) is None


def test_a_mark_is_read_back_as_it_was_kept(kept):
    mark = kept[1].mark
    again = FaceMark.from_bytes(mark.to_bytes())
    assert np.array_equal(again.face, mark.face)
    assert np.array_equal(again.vector, mark.vector)


def tells_of(frames, times=None):
    """What is measured over grey frames that come every 100 ms with the jitter of a network."""
    rng = np.random.default_rng(2)
    tells = Tells()
    for number, frame in enumerate(frames):
        at = times[number] if times else number * 0.1 + rng.uniform(-0.015, 0.015)
        tells.add(at, frame)
    return tells.as_dict()


def sensor(seed, shift=0.0):
    """One exposure of a wall: light falls off, each point is noisy."""
    wall = np.fromfunction(lambda y, x: 90 + 60 * np.sin(x / 90 + shift) + y / 9, (480, 640))
    return np.clip(wall + np.random.default_rng(seed).normal(0, 2, wall.shape), 0, 255).astype(np.uint8)


def test_a_real_camera_gives_no_sign():
    assert kinds_of(tells_of(sensor(i) for i in range(40)), RULES) == []


def test_a_slow_camera_that_repeats_its_last_picture_gives_no_sign():
    assert kinds_of(tells_of(sensor(i // 2) for i in range(40)), RULES) == []


def test_a_clip_in_a_loop_is_found_and_a_clip_played_once_is_not():
    clip = [sensor(i, i / 7) for i in range(24)]
    assert is_looped(tells_of(clip + clip[:10]), RULES)
    assert not is_looped(tells_of(clip), RULES)


def test_a_room_without_a_changing_point_is_frozen():
    still = sensor(1)
    moving = []
    for number in range(30):
        frame = still.copy()
        frame[100:104, 100:104] = number  # the head alone
        moving.append(frame)
    assert is_frozen(tells_of(moving), RULES)


def test_three_pictures_of_a_snapshot_that_are_one_are_frozen():
    assert is_frozen(tells_of([sensor(1)] * 3), RULES)
    assert not is_frozen(tells_of([sensor(1), sensor(2), sensor(2)]), RULES)


def test_the_pace_of_a_program_is_found():
    frames = [sensor(i) for i in range(30)]
    assert is_oddly_timed(tells_of(frames, [i * 0.1 for i in range(30)]), RULES)
    assert not is_oddly_timed(tells_of(frames), RULES)
    assert is_oddly_timed(tells_of(sensor(i // 8) for i in range(40)), RULES)
    assert not is_oddly_timed(tells_of(frames[:5], [i * 0.1 for i in range(5)]), RULES), "too few to say"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("OBS Virtual Camera", True), ("ManyCam Virtual Webcam", True), ("e2eSoft VCam", True), ("虚拟摄像头", True),
        ("Integrated Camera (04f2:b6dd)", False), ("HD Pro Webcam C920", False), ("FaceTime HD Camera", False),
        ("罗技高清摄像头", False), ("", False), ("Jacobs Camera", False),
    ],
)  # fmt: skip
def test_names_of_programs_are_known(label, expected):
    assert is_virtual(label) is expected


def test_a_lamp_on_the_glasses_is_seen_and_a_plain_face_has_none(face):
    engine = local_engine()
    picture = face.render(seed=1)
    _rgb, grey = decode(jpeg(picture), 10**7)
    points = engine.landmarks(grey, engine.detect(grey)[0])
    assert glare(grey, points) < RULES.glare / 4
    shining = grey.copy()
    for eye in (points[36:42], points[42:48]):
        x, y = eye.mean(0)
        cv2.ellipse(shining, (int(x), int(y)), (16, 9), 15, 0, 360, 252, -1)
    assert glare(shining, points) > RULES.glare


def test_every_kind_of_incident_says_what_it_means_and_signals_are_passive():
    assert set(MEANINGS) == set(Kind)
    assert all(str(m.explanation) and str(m.look) for m in MEANINGS.values())
    assert {"near_duplicate", "too_perfect", "virtual_camera", "looped_frames", "odd_timing"} <= PASSIVE
    assert all(len(kind) <= 20 for kind in Kind.values)


def test_the_documented_table_of_codes_is_the_registry():
    from proctoring.management.commands.incident_codes import table

    documented = Path(__file__).parents[2] / "docs" / "incidents.md"
    assert documented.read_text(encoding="utf-8") == table(), "run: python -m django incident_codes > docs/incidents.md"
