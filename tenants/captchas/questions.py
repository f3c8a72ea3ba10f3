"""The question in words: a sum below forty, in the reader's language. Pure but for the dice, which are passed in."""

import re
import unicodedata
from collections.abc import Callable

from django.utils.translation import gettext as _

LARGEST = 20  # of each of the two numbers
UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty")
DIGITS = "零一二三四五六七八九"


def in_words(number: int, language: str) -> str:
    """A number from 0 to 49 as it is spoken: 二十三, twenty-three."""
    tens, ones = divmod(number, 10)
    if language.startswith("zh"):
        head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
        return head + (DIGITS[ones] if ones or not tens else "")
    if number < len(UNITS):
        return UNITS[number]
    return TENS[tens] + (f"-{UNITS[ones]}" if ones else "")


def new_sum(dice: Callable[[int], int]) -> tuple[str, str]:
    """A sum and its result as they are stored: ("12+7", "19"). `dice(n)` gives 0 to n-1.

    The larger number comes first, so that a difference is never negative.
    """
    one, other = sorted((2 + dice(LARGEST - 1), 2 + dice(LARGEST - 1)), reverse=True)
    plus = dice(2)
    return f"{one}{'+' if plus else '-'}{other}", str(one + other if plus else one - other)


def asked(stored: str, language: str) -> str:
    """The stored sum as a question: 十二加七等于几？"""
    one, sign, other = re.fullmatch(r"(\d+)([+-])(\d+)", stored).groups()  # type: ignore[union-attr]
    numbers = {"one": in_words(int(one), language), "other": in_words(int(other), language)}
    if sign == "+":
        return _("How much is %(one)s plus %(other)s?") % numbers
    return _("How much is %(one)s minus %(other)s?") % numbers


def _plain(text: str) -> str:
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).lower()


SPOKEN = {_plain(in_words(number, language)): str(number) for number in range(50) for language in ("zh", "en")}
SPOKEN["两"] = "2"


def answered(text: str) -> str:
    """What was typed, as it is compared: digits of any width, or the number in words of either language."""
    plain = _plain(text)
    return SPOKEN.get(plain, plain)
