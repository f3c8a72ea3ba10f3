"""The demo's own drawings, people and plans."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from demo import captions, cast, courses, figures, slides, stage, video
from tenants.accounts.rules import gender_of, is_known_region, normalised_id_number, normalised_phone


def texts_of(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def test_every_character_of_the_lessons_has_a_glyph() -> None:
    missing = bytes(stage.font(24).getmask("\U0010ffff"))
    letters = {letter for letter in texts_of(video.lessons()) if not letter.isspace()}
    assert {letter for letter in letters if bytes(stage.font(24).getmask(letter)) == missing} == set()


def test_a_line_is_broken_between_words_and_never_begins_with_a_comma() -> None:
    text = "开挖深度超过3 m（含3 m），超过一定规模的须经专家论证，JGJ 130-2011另有规定。"
    lines = stage.wrap(text, 28, 300)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。" for line in lines)
    assert all(stage.text_width(line.rstrip("，。"), 28) <= 300 for line in lines)


@pytest.mark.parametrize("script", video.lessons(), ids=lambda script: script["code"])
def test_a_lesson_moves_all_the_time_and_is_as_long_as_its_slides(script: dict) -> None:
    frames = [frame[::4, ::4].copy() for frame in slides.frames(script, step=12)]
    assert len(frames) == -(-slides.lesson_seconds(script) * slides.FPS // 12)
    still = [i for i, (a, b) in enumerate(pairwise(frames)) if np.array_equal(a, b)]
    assert len(still) <= 4, f"nothing moves at {still}"  # behind the cover only the first second stands


@pytest.mark.parametrize("script", video.lessons(), ids=lambda script: script["code"])
def test_captions_follow_each_other_within_the_lesson(script: dict) -> None:
    cues = captions.cues_of(script)
    assert all(start < end for start, end, _text in cues)
    assert all(first[1] <= second[0] for first, second in pairwise(cues))
    assert cues[-1][1] <= slides.lesson_seconds(script)
    assert "".join(text for *_times, text in cues) == "".join(slide["narration"] for slide in script["slides"])


def test_every_figure_of_the_lessons_can_be_drawn_within_its_box() -> None:
    for script in video.lessons():
        for slide in script["slides"]:
            scene = figures.build(slide["figure"]["kind"], slide["figure"]["data"], slides.FIGURE, slide["seconds"])
            right = max(sprite.x + sprite.image.shape[1] for sprite in scene.sprites)
            assert right <= stage.WIDTH, slide["title"]


def test_the_people_of_the_demo_have_valid_numbers_of_their_own() -> None:
    people = [*cast.STAFF, *cast.TRAINEES]
    assert all(normalised_id_number(one.id_number) == one.id_number for one in people)
    assert all(is_known_region(one.id_number) for one in people)
    assert all(normalised_phone(one.phone) == one.phone for one in people)
    assert len({one.id_number for one in people}) == len({one.phone for one in people}) == len(people)
    assert all(gender_of(one.id_number) == ("female" if one.is_female else "male") for one in cast.TRAINEES)


def test_there_is_a_trainee_at_every_stage_and_an_account_for_every_role() -> None:
    from tenants.roles.roles import ASSOCIATION_ROLES, INSTITUTION_ROLES

    assert {one.stage for one in cast.TRAINEES} == set(cast.Stage)
    assert {one.role for one in cast.STAFF if one.tenant == cast.PORTAL} == set(ASSOCIATION_ROLES)
    for key in ("lingzhu", "jiangxin", "wanliang"):
        assert {one.role for one in cast.STAFF if one.tenant == key} == set(INSTITUTION_ROLES)


def test_the_hours_of_a_plan_add_up_exactly() -> None:
    for code in courses.POSITIONS:
        weights = [Decimal(str(s["hours"])) for s in video.lessons() if code in s["positions"] or "*" in s["positions"]]
        shares = courses.shared_out(courses.REQUIRED, weights)
        assert sum(shares) == 32
        assert all(share > 0 for share in shares)
