"""The question in words of a captcha."""

import pytest
from django.utils import translation

from tenants.captchas.questions import answered, asked, in_words, new_sum


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [(0, "零", "zero"), (2, "二", "two"), (10, "十", "ten"), (12, "十二", "twelve"), (20, "二十", "twenty"),
     (35, "三十五", "thirty-five"), (40, "四十", "forty")],
)  # fmt: skip
def test_numbers_are_spoken(number: int, chinese: str, english: str) -> None:
    assert (in_words(number, "zh-hans"), in_words(number, "en")) == (chinese, english)


def test_a_sum_is_asked_in_the_language_of_the_page() -> None:
    assert asked("12+7", "zh-hans") == "十二加七等于几？"
    assert asked("19-4", "zh-hans") == "十九减四等于几？"
    with translation.override("en"):
        assert asked("12+7", "en") == "How much is twelve plus seven?"


def test_a_sum_is_never_below_nothing_and_comes_out() -> None:
    for one in range(19):
        for other in range(19):
            for sign in (0, 1):
                given = iter((one, other, sign))
                text, result = new_sum(lambda _: next(given))  # noqa: B023
                assert eval(text) == int(result) >= 0


@pytest.mark.parametrize("typed", ["19", " 19 ", "１９", "十九", "nineteen", "Nineteen", "1 9"])
def test_an_answer_counts_in_digits_and_in_words(typed: str) -> None:
    assert answered(typed) == "19"


def test_letters_of_a_picture_stay_letters() -> None:
    assert answered(" AbcD") == "abcd"
    assert answered("两") == "2"
    assert answered("twenty three") == "23"
