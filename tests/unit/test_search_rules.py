"""How Chinese is cut into pairs, and how a result is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.search.bigrams import TERMS_MAX, indexed, terms
from cms.search.marking import EXCERPT, excerpt, marked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("施工现场", "施工 工现 现场 场"),
        ("图", "图"),
        ("JGJ/T 46-2024《临时用电》", "jgj t 46 2024 临时 时用 用电 电"),
        ("第7期ＡＢＣ", "第 7 期 abc"),
        ("<b>证书</b>", "b 证书 书 b"),
        ("", ""),
    ],
)
def test_text_becomes_pairs_and_whole_words(text: str, words: str) -> None:
    assert indexed(text) == words


def test_a_single_character_stands_for_the_pairs_that_begin_with_it() -> None:
    assert [(t.text, t.is_prefix) for t in terms("图 施工图")] == [("图", True), ("施工", False), ("工图", False)]


@given(st.text(max_size=200))
def test_a_question_never_has_more_terms_than_it_may_and_none_twice(question: str) -> None:
    found = terms(question)
    assert len(found) <= TERMS_MAX
    assert len(found) == len(set(found))


@given(st.text(alphabet="施工现场证书更新学时", min_size=2, max_size=8), st.text(max_size=30), st.text(max_size=30))
def test_whatever_stands_in_a_text_is_among_its_words(term: str, before: str, after: str) -> None:
    words = set(indexed(before + term + after).split())
    assert {t.text for t in terms(term)} <= words


def test_hits_are_marked_as_long_as_they_are() -> None:
    parts = marked("证书更新办理指引：更新证书", "证书更新")
    assert [(p.text, p.is_hit) for p in parts] == [
        ("证书更新", True),
        ("办理指引：", False),
        ("更新", True),
        ("证书", True),
    ]


@given(st.text(max_size=80), st.text(max_size=20))
def test_the_parts_of_a_text_are_the_text(text: str, question: str) -> None:
    assert "".join(part.text for part in marked(text, question)) == text


def test_an_excerpt_is_cut_around_the_first_hit() -> None:
    text = "前" * 100 + "证书更新" + "后" * 200
    cut = excerpt(text, "证书更新")
    assert cut.startswith("…前")
    assert "证书更新" in cut
    assert len(cut) == EXCERPT + 2
    assert excerpt("短文", "证书") == "短文"
