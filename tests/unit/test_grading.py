"""Grading: all points for exactly the key, nothing for less or more, 60 passes and 59 does not."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.rules import (
    LETTERS,
    MULTIPLE,
    SINGLE,
    TRUE_FALSE,
    ExamRules,
    Grade,
    GradedItem,
    grade,
    points_for,
    rules_from,
)

letters = st.sets(st.sampled_from(LETTERS[:5]), min_size=1).map(lambda s: "".join(sorted(s)))
items = st.builds(
    GradedItem,
    kind=st.sampled_from([SINGLE, MULTIPLE, TRUE_FALSE]),
    key=letters,
    points=st.integers(0, 5),
    choice=st.one_of(st.just(""), letters),
)


@given(st.lists(items, max_size=60))
def test_a_score_lies_between_nothing_and_all_points_and_an_answer_given_right_earns_them_all(paper):
    result = grade(paper, ExamRules())
    assert 0 <= result.score <= sum(item.points for item in paper)
    assert result.score == sum(item.points for item in paper if item.choice == item.key)
    right = [GradedItem(i.kind, i.key, i.points, i.key) for i in paper]
    assert grade(right, ExamRules()).score == sum(item.points for item in paper)


@given(st.lists(items, max_size=60))
def test_an_empty_paper_scores_nothing(paper):
    blank = [GradedItem(i.kind, i.key, i.points, "") for i in paper]
    assert grade(blank, ExamRules()) == Grade(score=0, passed=False)


@pytest.mark.parametrize(("right", "expected"), [(30, Grade(60, True)), (29, Grade(58, False)), (50, Grade(100, True))])
def test_sixty_points_pass(right, expected):
    paper = [GradedItem(SINGLE, "B", 2, "B" if n < right else "C") for n in range(50)]
    assert grade(paper, ExamRules()) == expected


@pytest.mark.parametrize(
    ("choice", "percent", "points"),
    [("ABC", 0, 2), ("AB", 0, 0), ("ABCD", 0, 0), ("AD", 50, 0), ("AB", 50, 1), ("", 50, 0)],
)
def test_part_of_a_multiple_choice_earns_what_the_ruleset_says(choice, percent, points):
    assert points_for(GradedItem(MULTIPLE, "ABC", 2, choice), ExamRules(partial_percent=percent)) == points


def test_an_attempt_is_graded_under_the_rules_it_was_opened_with():
    opened = ExamRules(pass_points=80, minutes=30)
    assert rules_from(asdict(opened)) == opened
    assert rules_from({**asdict(opened), "of_a_later_version": 1}) == opened
