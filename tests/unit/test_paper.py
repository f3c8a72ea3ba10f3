"""A paper keeps its blueprint, repeats as little as it can, and never loses the right answer in the shuffle."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.rules import (
    KINDS,
    LETTERS,
    MULTIPLE,
    SINGLE,
    TRUE_FALSE,
    ExamRules,
    PoolQuestion,
    PoolTooSmall,
    draw_paper,
    kind_quotas,
    points_of,
)


def question(number: int, kind: str = SINGLE, common: bool = True) -> PoolQuestion:
    if kind == TRUE_FALSE:
        return PoolQuestion(number, kind, common, ("正确", "错误"), "AB"[number % 2])
    options = tuple(f"{number}-{letter}" for letter in "ABCDE"[: 4 + (kind == MULTIPLE)])
    return PoolQuestion(number, kind, common, options, "ACD" if kind == MULTIPLE else "ABCD"[number % 4])


def pool_of(**cells: int) -> list[PoolQuestion]:
    """pool_of(single=40, own_single=5, …)"""
    pool: list[PoolQuestion] = []
    for name, count in cells.items():
        own = name.startswith("own_")
        kind = name.removeprefix("own_")
        pool += [question(len(pool) + n + 1, kind, common=not own) for n in range(count)]
    return pool


PROVINCE = pool_of(single=54, multiple=24, true_false=22, own_single=5, own_multiple=3, own_true_false=2)


@st.composite
def draws(draw):
    cells = {f"{own}{kind}": draw(st.integers(0, 30)) for own in ("", "own_") for kind in KINDS}
    pool = pool_of(**cells)
    rules = ExamRules(
        questions=draw(st.integers(1, 50)),
        points=draw(st.integers(50, 200)),
        share_single=draw(st.integers(1, 40)),
        share_multiple=draw(st.integers(0, 20)),
        share_true_false=draw(st.integers(0, 20)),
        position_percent=draw(st.integers(0, 100)),
    )
    last = draw(st.sets(st.sampled_from([q.id for q in pool]))) if pool else set()
    return pool, rules, last, Random(draw(st.integers(0, 10**6)))


@given(draws())
def test_any_pool_gives_a_full_paper_of_distinct_questions_or_says_it_is_too_small(case):
    pool, rules, last, random = case
    if len(pool) < rules.questions:
        with pytest.raises(PoolTooSmall):
            draw_paper(pool, rules, last=last, random=random)
        return
    paper = draw_paper(pool, rules, last=last, random=random)
    assert [item.number for item in paper] == list(range(1, rules.questions + 1))
    assert len({item.question_id for item in paper}) == rules.questions
    assert {item.question_id for item in paper} <= {q.id for q in pool}
    assert sum(item.points for item in paper) == rules.points
    assert [KINDS.index(item.kind) for item in paper] == sorted(KINDS.index(item.kind) for item in paper)


@given(draws())
def test_the_key_points_at_the_same_words_after_the_options_were_shuffled(case):
    pool, rules, last, random = case
    if len(pool) < rules.questions:
        return
    by_id = {q.id: q for q in pool}
    for item in draw_paper(pool, rules, last=last, random=random):
        original = by_id[item.question_id]
        assert sorted(item.options) == sorted(original.options)
        shown = {item.options[LETTERS.index(letter)] for letter in item.key}
        assert shown == {original.options[LETTERS.index(letter)] for letter in original.answer}
        assert item.key == "".join(sorted(item.key))


@given(draws())
def test_a_question_of_the_last_paper_returns_only_when_its_cell_holds_no_other(case):
    pool, rules, last, random = case
    if len(pool) < rules.questions:
        return
    chosen = {item.question_id for item in draw_paper(pool, rules, last=last, random=random)}
    for kind in KINDS:
        for common in (True, False):
            cell = [q.id for q in pool if q.kind == kind and q.common == common]
            if chosen & last & set(cell):
                assert set(cell) - last <= chosen


def test_the_first_ruleset_makes_30_single_10_multiple_10_true_false_with_a_fifth_about_the_own_post():
    paper = draw_paper(PROVINCE, ExamRules(), random=Random(7))
    own = {q.id for q in PROVINCE if not q.common}
    assert [sum(item.kind == kind for item in paper) for kind in KINDS] == [30, 10, 10]
    # six of the 30 single choices would be a fifth, the bank holds five of this post
    assert [sum(i.kind == kind and i.question_id in own for i in paper) for kind in KINDS] == [5, 2, 2]
    assert {item.points for item in paper} == {2}


def test_the_second_paper_repeats_no_common_question_where_the_bank_is_twice_as_large():
    pool = pool_of(single=60, multiple=20, true_false=20)
    first = draw_paper(pool, ExamRules(), random=Random(1))
    second = draw_paper(pool, ExamRules(), last={i.question_id for i in first}, random=Random(1))
    assert not {i.question_id for i in first} & {i.question_id for i in second}


def test_two_papers_of_the_same_pool_differ_in_questions_and_in_the_order_of_options():
    first = draw_paper(PROVINCE, ExamRules(), random=Random(1))
    second = draw_paper(PROVINCE, ExamRules(), random=Random(2))
    assert [i.question_id for i in first] != [i.question_id for i in second]
    shown = {i.question_id: i.options for i in first}
    both = [i for i in second if i.question_id in shown and i.kind != TRUE_FALSE]
    assert any(i.options != shown[i.question_id] for i in both)


def test_true_and_false_keep_their_usual_places():
    paper = draw_paper(PROVINCE, ExamRules(), random=Random(3))
    assert {i.options for i in paper if i.kind == TRUE_FALSE} == {("正确", "错误")}


@given(st.integers(1, 120), st.integers(0, 50), st.integers(0, 50), st.integers(1, 50))
def test_quotas_and_points_add_up_exactly(questions, single, multiple, true_false):
    rules = ExamRules(
        questions=questions,
        points=questions * 2 + 3,
        share_single=single,
        share_multiple=multiple,
        share_true_false=true_false,
    )
    assert sum(kind_quotas(rules).values()) == questions
    assert sum(points_of(rules)) == rules.points
    assert max(points_of(rules)) - min(points_of(rules)) <= 1
