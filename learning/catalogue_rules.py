"""Rules of the resource library: pure functions on plain values."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

CODE = re.compile(r"^[A-Z0-9][A-Z0-9.-]{0,39}$")
LETTER = re.compile(r"^[A-FＡ-Ｆ][.．、]\s*")  # "A. ", as files of questions number their options
FEWEST_OPTIONS, MOST_OPTIONS = 2, 6


def normalised_code(typed: str) -> str:
    """A code of a course or lesson as it is kept: capitals, no spaces; empty when it is none."""
    code = "".join(typed.split()).upper()
    return code if CODE.match(code) else ""


def cleaned_options(options: Iterable[str]) -> list[str]:
    """The options that hold words, without the letters some people type before them."""
    return [text for text in (LETTER.sub("", option.strip()).strip() for option in options) if text]


def refusal_of_question(stem: str, options: Sequence[str], answer: int) -> str:
    """Why this is no question for a lesson: `stem`, `options`, `same`, `answer`; empty when it is one."""
    if not stem.strip():
        return "stem"
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        return "options"
    if len(set(options)) < len(options):
        return "same"
    return "" if 0 <= answer < len(options) else "answer"


@dataclass(frozen=True)
class PlanSum:
    """What the lessons of a plan are worth together, against what is required. Study hours."""

    hours: Decimal
    required: Decimal

    @property
    def missing(self) -> Decimal:
        return max(Decimal(0), self.required - self.hours)

    @property
    def percent(self) -> int:
        """For a bar: 100 only when nothing is missing."""
        if not self.missing:
            return 100
        return min(99, int(100 * self.hours / self.required))
