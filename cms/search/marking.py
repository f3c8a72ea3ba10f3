"""Where a question stands in a text: parts for the template, which escapes each of them. No markup is made here."""

import re
import unicodedata
from dataclasses import dataclass

from cms.search.bigrams import runs, terms

EXCERPT = 110  # characters
BEFORE = 24  # of them before the first hit
MORE = "…"


@dataclass(frozen=True)
class Part:
    text: str
    is_hit: bool


def folded(text: str) -> str:
    """Full width as plain and capitals as small letters, each character for one: places stay what they are."""
    return "".join(_fold(character) for character in text)


def _fold(character: str) -> str:
    other = unicodedata.normalize("NFKC", character).lower()
    return other if len(other) == 1 else character


def marked(text: str, question: str) -> list[Part]:
    """The text in parts; those that the question names are hits."""
    words = _words(question)
    parts, end = [], 0
    pattern = re.compile("|".join(map(re.escape, words))) if words else None
    for hit in pattern.finditer(folded(text)) if pattern else ():
        if hit.start() > end:
            parts.append(Part(text[end : hit.start()], is_hit=False))
        parts.append(Part(text[hit.start() : hit.end()], is_hit=True))
        end = hit.end()
    if end < len(text):
        parts.append(Part(text[end:], is_hit=False))
    return parts


def excerpt(text: str, question: str) -> str:
    """About a hundred characters of the text around the best hit, or its beginning."""
    text = " ".join(text.split())
    start = max(0, _best(folded(text), question) - BEFORE)
    cut = text[start : start + EXCERPT]
    return f"{MORE if start else ''}{cut}{MORE if start + EXCERPT < len(text) else ''}"


def _best(text: str, question: str) -> int:
    """Where the longest word of the question that occurs at all occurs first; 0 when none does."""
    return next((place for place in (text.find(word) for word in _words(question)) if place >= 0), 0)


def _words(question: str) -> list[str]:
    """Whole words first, then pairs: what is longer is marked as one."""
    return list(dict.fromkeys([*runs(question), *(term.text for term in terms(question))]))
