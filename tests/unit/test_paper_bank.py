"""Questions from a sheet: good rows become questions once, each bad row gets a sentence and stops no other."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from exams.imports import BadRow, import_questions, question_values
from exams.models import Question
from tests.support.people import BEFORE

BANK = Path(__file__).resolve().parents[2] / "site/demo/data/questions.csv"
GOOD = {
    "code": "S1",
    "kind": "single",
    "positions": "101|106",
    "knowledge_point": "法律法规",
    "difficulty": "2",
    "stem": "题干（  ）。",
    "A": "甲",
    "B": "乙",
    "C": "丙",
    "answer": "b",
    "source": "《建筑法》",
}


def test_a_good_row_becomes_a_question():
    values = question_values(GOOD)
    assert values["positions"] == ["101", "106"]
    assert (values["options"], values["answer"], values["difficulty"]) == (["甲", "乙", "丙"], "B", 2)


def test_a_judgement_gets_its_two_options():
    values = question_values(GOOD | {"kind": "judge", "answer": "F"})
    assert (values["kind"], values["options"], values["answer"]) == ("true_false", ["正确", "错误"], "B")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": " "}, "code 一列是空的。"),
        ({"stem": ""}, "stem 一列是空的。"),
        ({"code": "S" * 17}, "code 一列超过 16 个字。"),
        ({"kind": "essay"}, "题型只能是 single、multiple 或 judge。"),
        ({"positions": "*|101"}, "岗位要么是 *，要么是代码，不能同时写。"),
        ({"positions": "施工员"}, "岗位代码是数字，用 | 隔开；所有岗位写 *。"),
        ({"difficulty": "4"}, "难度只能是 1、2 或 3。"),
        ({"B": "", "C": ""}, "选择题至少要有两个选项。"),
        ({"B": ""}, "中间有一个选项是空的。"),
        ({"B": "甲"}, "有两个选项相同。"),
        ({"answer": "D"}, "答案只能写本行有的选项，每个一次。"),
        ({"answer": "BB"}, "答案只能写本行有的选项，每个一次。"),
        ({"answer": "AB"}, "单选题只能有一个正确选项。"),
        ({"kind": "multiple"}, "多选题至少有两个正确选项。"),
        ({"kind": "judge", "answer": "C"}, "答案只能是 T 或 F。"),
    ],
)
def test_a_bad_row_is_named_in_a_sentence(change, sentence):
    with pytest.raises(BadRow) as refused:
        question_values(GOOD | change)
    assert str(refused.value) == sentence


@pytest.mark.django_db
def test_bad_rows_stop_no_good_one_and_a_code_counts_once():
    rows = [GOOD, GOOD | {"stem": "另一题"}, GOOD | {"code": "S2", "kind": "essay"}, GOOD | {"code": "S3"}]
    result = import_questions(rows, by=None, at=BEFORE)
    assert (result.created, [(e.row, e.code) for e in result.errors]) == (2, [(2, "S1"), (3, "S2")])
    assert list(Question.objects.values_list("code", "stem")) == [("S1", GOOD["stem"]), ("S3", GOOD["stem"])]


@pytest.mark.django_db
def test_the_demos_bank_goes_in_whole_and_a_second_time_changes_nothing():
    with BANK.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first, second = (import_questions(rows, by=None, at=BEFORE) for _run in range(2))
    assert (first.created, first.errors) == (168, [])
    assert (second.created, second.updated, second.unchanged) == (0, 0, 168)
    assert Counter(Question.objects.values_list("kind", flat=True)) == {"single": 90, "multiple": 42, "true_false": 36}
    changed = import_questions([rows[0] | {"stem": "改过的题干"}], by=None, at=BEFORE)
    assert (changed.updated, Question.objects.count()) == (1, 168)


@pytest.mark.django_db
@pytest.mark.parametrize("position", ["101", "109", "111", "115"])
def test_the_demos_bank_is_large_enough_for_every_position(position):
    with BANK.open(encoding="utf-8", newline="") as file:
        import_questions(csv.DictReader(file), by=None, at=BEFORE)
    kinds = Counter(Question.objects.for_position(position).values_list("kind", flat=True))
    assert kinds["single"] >= 30
    assert kinds["multiple"] >= 10
    assert kinds["true_false"] >= 10
