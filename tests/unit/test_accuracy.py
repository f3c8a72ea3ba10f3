"""Rates and thresholds on distances that are known beforehand; the command on pictures of three people."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from proctoring.accuracy import Scores, as_used, proposed, single

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"


@pytest.fixture
def scores() -> Scores:
    """One person: 0.00 … 0.49; two people: 0.405 … 1.395; each a hundredth from the next."""
    return Scores(np.arange(50) / 100, 0.405 + np.arange(100) / 100)


def test_rates_count_what_matches_by_mistake_and_what_does_not(scores: Scores) -> None:
    assert (scores.fmr(0.395), scores.fmr(0.4951)) == (0.0, 0.1)
    assert (scores.fnmr(0.395), scores.fnmr(0.495)) == (pytest.approx(0.2), 0.0)
    assert scores.tar_at(0.01) == pytest.approx(0.84)
    assert scores.equal_error() == pytest.approx(0.06)


def test_what_is_proposed_lets_no_more_strangers_match_than_was_asked(scores: Scores) -> None:
    passes, review = proposed(scores, 0.03, 0.10)
    assert (passes, review) == (0.43, 0.50)
    assert scores.fmr(passes) <= 0.03
    assert scores.fmr(review) <= 0.10


def test_too_few_comparisons_show_no_rate(scores: Scores) -> None:
    assert [scores.can_show(rate) for rate in (0.03, 0.029)] == [True, False]


def test_templates_are_compared_with_other_pictures_than_their_own() -> None:
    """Two people who differ in one direction, pictures that scatter in all: means are nearer to their kind."""
    rng = np.random.default_rng(7)
    people = {
        name: [(np.eye(128)[at] + rng.normal(0, 0.05, 128)).astype(np.float32) for _picture in range(4)]
        for at, name in enumerate("ab")
    }
    pairs, used = single("onnx", people), as_used("onnx", people)
    assert (len(pairs.genuine), len(pairs.impostor)) == (12, 16)
    assert (len(used.genuine), len(used.impostor)) == (6, 36)
    assert 0 < used.genuine.max() < pairs.genuine.min()


def pictures(folder: Path, *, blank: bool = False) -> Path:
    """Three people with four pictures each: the demo's faces, lighter and darker, nearer and further."""
    for name in ("obama.jpg", "biden.jpg", "astronaut.png"):
        still = cv2.imread(str(FACES / name))
        still = cv2.resize(still, None, fx=640 / still.shape[1], fy=640 / still.shape[1], interpolation=cv2.INTER_AREA)
        person = folder / Path(name).stem
        person.mkdir()
        for number, (light, size) in enumerate(((1.0, 1.0), (0.8, 0.9), (1.15, 1.1), (0.9, 1.2))):
            changed = cv2.resize(cv2.convertScaleAbs(still, alpha=light), None, fx=size, fy=size)
            cv2.imwrite(str(person / f"{number}.jpg"), changed)
    if blank:
        cv2.imwrite(str(folder / "obama" / "wall.jpg"), np.full((480, 640, 3), 128, np.uint8))
    return folder


def test_the_command_says_what_it_found_and_proposes_values_for_the_ruleset(db, tmp_path, capsys) -> None:
    call_command("calibrate_faces", str(pictures(tmp_path, blank=True)), "--pass-fmr", "10%", "--review-fmr", "20%")
    said = capsys.readouterr()
    assert "wall.jpg" in said.err
    assert "dlib: 12 pictures of 3 people" in said.out
    assert "EER 0.00%" in said.out
    assert "in force: pass ≤ 0.42 (FMR 0.000%, FNMR 0.00%)" in said.out
    assert '{"proctoring": {"dlib_pass": 0.' in said.out


def test_what_the_pictures_cannot_show_is_refused_with_what_is_missing(db, tmp_path) -> None:
    with pytest.raises(CommandError, match="no folder"):
        call_command("calibrate_faces", str(tmp_path / "absent"))
    with pytest.raises(CommandError, match="a folder for each person"):
        call_command("calibrate_faces", str(tmp_path))
    with pytest.raises(CommandError, match=r"cannot show a rate of 0\.100%: that takes 3000"):
        call_command("calibrate_faces", str(pictures(tmp_path)))
    with pytest.raises(CommandError, match="fab models"):
        call_command("calibrate_faces", str(tmp_path), "--engine", "onnx")
    with pytest.raises(CommandError, match="larger"):
        call_command("calibrate_faces", str(tmp_path), "--review-fmr", "0.1%")
