"""The engines on public-domain pictures: same person near, others far; weights are what was named, or nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from proctoring.engine import Box, Edition, WeightsRefused, configured, load_engine
from proctoring.engine.crops import ALIGNED_FACE, face_of
from proctoring.engine.frames import decode, shrink
from proctoring.engine.onnx_engine import TARGET, align, five_of, similarity
from proctoring.rules import MATCH, MISMATCH, REVIEW, ProctoringRules, verdict_of
from proctoring.vectors import OtherEdition, open_known, pack_known
from tests.support.shared import ONNX_SHA256, onnx_weights

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"


def seen(engine, name):
    """(grey, box, mean vector) of the one face of a demo picture."""
    rgb, grey = shrink(*decode((FACES / name).read_bytes(), 40_000_000), 1200)
    boxes = engine.detect(grey)
    assert len(boxes) == 1
    return grey, boxes[0], engine.mean(engine.embed(rgb, engine.landmarks(grey, boxes[0])))


@pytest.fixture(scope="module", params=["dlib", "onnx"])
def engine(request):
    if request.param == "dlib":
        return load_engine()
    return load_engine(onnx_weights(), ONNX_SHA256)


def test_three_people_are_told_apart_and_each_matches_themselves(engine):
    rules = ProctoringRules()
    vectors = {name: seen(engine, name)[2] for name in ("obama.jpg", "biden.jpg", "astronaut.png")}
    verdicts = {
        (a, b): verdict_of(engine.distance(vectors[a], vectors[b]), engine.name, rules)
        for a in vectors
        for b in vectors
    }
    assert verdicts == {(a, b): MATCH if a == b else MISMATCH for a in vectors for b in vectors}


def test_the_face_is_found_again_around_its_last_place(engine):
    grey, box, _vector = seen(engine, "obama.jpg")
    near = engine.detect(grey, Box(box.left + 10, box.top - 8, box.right + 10, box.bottom - 8))
    assert len(near) == 1
    assert near[0].overlap(box) > 0.7


def test_a_picture_without_a_face_has_none(engine):
    assert engine.detect(np.full((480, 640), 128, np.uint8)) == []


def test_five_points_are_moved_exactly_onto_the_targets():
    angle, scale, shift = 0.3, 2.5, np.array([40, -7])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = similarity((TARGET @ turn.T + shift).astype(np.float32), TARGET)
    moved = (TARGET @ turn.T + shift) @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(moved - TARGET).max() < 0.01


def test_five_points_of_real_faces_lie_where_the_network_expects_them():
    """Found by dlib, brought to 112 px, and found there again: within a few pixels of the usual places."""
    engine = load_engine()
    for name in ("obama.jpg", "biden.jpg", "astronaut.png"):
        rgb, points = face_of(engine, FACES / name)
        crop = cv2.resize(align(rgb, points), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        again = engine.landmarks(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), Box(*(3 * side for side in ALIGNED_FACE)))
        assert np.abs(five_of(again) / 3 - TARGET).mean() < 4, name


def test_an_edition_is_of_its_weights():
    """Known without a model; the dlib that is installed is the one whose checksum we name."""
    assert load_engine().edition == configured("", "") == Edition("dlib", "55533b28a95800a5.1")
    assert configured("model.onnx", "AB" * 32) == Edition("onnx", "abababababababab.1")
    with pytest.raises(OtherEdition):
        open_known(pack_known("dlib:a", [np.zeros(128, np.float32)]), "onnx:a")
    assert len(open_known(pack_known("dlib:a", [np.zeros(128, np.float32)] * 3), "dlib:a")) == 3


def test_other_weights_than_named_are_refused(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"something else")
    with pytest.raises(WeightsRefused, match="sha256"):
        load_engine(tmp_path / "model.onnx", ONNX_SHA256)
    with pytest.raises(WeightsRefused, match="cannot be read"):
        load_engine(tmp_path / "absent.onnx", ONNX_SHA256)


@pytest.mark.parametrize(
    ("engine_name", "distance", "verdict"),
    [
        ("dlib", 0.42, MATCH),
        ("dlib", 0.43, REVIEW),
        ("dlib", 0.51, MISMATCH),
        ("onnx", 0.55, MATCH),
        ("onnx", 0.6, MISMATCH),
    ],
)
def test_thresholds_belong_to_the_engine(engine_name, distance, verdict):
    assert verdict_of(distance, engine_name, ProctoringRules()) == verdict
