"""Where a question stands in a text: parts for the template, which escapes each of them. No markup is made here."""

import re
from dataclasses import dataclass

from cms.search.bigrams import plain, runs, terms

EXCERPT = 110  # characters
BEFORE = 24  # of them before the first hit


@dataclass(frozen=True)
class Part:
    text: str
    is_hit: bool


def marked(text: str, question: str) -> list[Part]:
    """The text in parts; those that the question names are hits."""
    pattern = _pattern(question)
    if pattern is None or len(plain(text)) != len(text):  # a text that changes its length is not marked
        return [Part(text, is_hit=False)] if text else []
    parts, end = [], 0
    for hit in pattern.finditer(plain(text)):
        if hit.start() > end:
            parts.append(Part(text[end : hit.start()], is_hit=False))
        parts.append(Part(text[hit.start() : hit.end()], is_hit=True))
        end = hit.end()
    if end < len(text):
        parts.append(Part(text[end:], is_hit=False))
    return parts


def excerpt(text: str, question: str) -> str:
    """About a hundred characters of the text around the first hit, or its beginning."""
    text = " ".join(text.split())
    pattern = _pattern(question)
    hit = pattern.search(plain(text)) if pattern is not None and len(plain(text)) == len(text) else None
    start = max(0, hit.start() - BEFORE) if hit else 0
    cut = text[start : start + EXCERPT]
    return f"{'…' if start else ''}{cut}{'…' if start + EXCERPT < len(text) else ''}"


def _pattern(question: str) -> re.Pattern[str] | None:
    """Whole words first, then pairs: what is longer is marked as one."""
    words = dict.fromkeys([*runs(question), *(term.text for term in terms(question))])
    return re.compile("|".join(re.escape(word) for word in words)) if words else None
