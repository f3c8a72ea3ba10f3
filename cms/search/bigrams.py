"""Chinese text as pairs of characters: pure rules that index and question share, so that both cut alike.

PostgreSQL takes a whole run of Chinese characters for one word and finds nothing inside it. Cut into overlapping
pairs every term of two characters or more is found wherever it stands: 施工现场 → 施工 工现 现场 场.
"""

import re
import unicodedata
from dataclasses import dataclass

# CJK ideographs with their extensions, and the iteration mark that names use.
HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>[^\W_{HAN}]+)")
QUERY_MAX = 40  # characters
TERMS_MAX = 24


@dataclass(frozen=True)
class Term:
    """One lexeme of a question; a single character also stands for the pairs that begin with it."""

    text: str
    is_prefix: bool = False


def plain(text: str) -> str:
    """Full width as plain, capitals as small letters: what is compared."""
    return unicodedata.normalize("NFKC", text).lower()


def indexed(text: str) -> str:
    """The text as words for the index: pairs of characters, the last character of each run, other words whole."""
    words: list[str] = []
    for run in RUN.finditer(plain(text)):
        han = run["han"]
        words += [*_pairs(han), han[-1]] if han else [run["word"]]
    return " ".join(words)


def terms(question: str) -> list[Term]:
    """What a question asks for, in order and each once; at most `TERMS_MAX`."""
    found: dict[Term, None] = {}
    for run in RUN.finditer(plain(question)):
        han = run["han"]
        if not han:
            found[Term(run["word"])] = None
        elif len(han) == 1:
            found[Term(han, is_prefix=True)] = None
        else:
            found |= dict.fromkeys(Term(pair) for pair in _pairs(han))
    return list(found)[:TERMS_MAX]


def runs(question: str) -> list[str]:
    """The question's uncut words, longest first: what is marked in a result before its pairs are."""
    found = {run[0] for run in RUN.finditer(plain(question))}
    return sorted(found, key=lambda run: (-len(run), run))


def _pairs(han: str) -> list[str]:
    return [han[place : place + 2] for place in range(len(han) - 1)]
