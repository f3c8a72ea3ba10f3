"""The question bank from a sheet: a row a question, columns as in site/demo/data/questions.csv.

`code,kind,positions,knowledge_point,difficulty,stem,A,B,C,D,E,answer,explanation,source`; positions "*" or codes with
"|" between them; kind single, multiple, judge; the answer of judge is T or F.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from exams.models import EVERY_POSITION, Kind, Question
from exams.rules import LETTERS
from tenants.accounts.models import User
from tenants.audit.services import record

KINDS = {"single": Kind.SINGLE, "multiple": Kind.MULTIPLE, "judge": Kind.TRUE_FALSE, "true_false": Kind.TRUE_FALSE}
TRUE_FALSE_OPTIONS = ["正确", "错误"]  # content of the bank, like every stem
TRUE_FALSE_ANSWERS = {"T": "A", "F": "B", "A": "A", "B": "B"}
LIMITS = {"code": 16, "knowledge_point": 80, "source": 120}  # as in the model
FIELDS = ("kind", "positions", "knowledge_point", "difficulty", "stem", "options", "answer", "explanation", "source")


@dataclass(frozen=True)
class RowError:
    """`row` counts the data rows from 1; `code` is the question's code if the row has one."""

    row: int
    code: str
    message: str


@dataclass
class ImportResult:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)


class BadRow(ValueError):
    """A row that cannot become a question; the sentence says why."""


@transaction.atomic
def import_questions(rows: Iterable[Mapping[str, str]], *, by: User | None, at: datetime) -> ImportResult:
    """Write the good rows, report the bad ones. Questions are known by code: a second run changes nothing."""
    result = ImportResult()
    known = {q.code: q for q in Question.objects.select_for_update()}
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        code = _text(row, "code")
        try:
            if code in seen:
                raise BadRow(_("The code %(code)s stands in an earlier row.") % {"code": code})
            values = question_values(row)
        except BadRow as error:
            result.errors.append(RowError(number, code, str(error)))
            continue
        seen.add(code)
        _write(known.get(code), code, values, at, result)
    if result.created or result.updated or result.errors:
        record(
            "exam.questions_imported",
            actor=by,
            at=at,
            created=result.created,
            updated=result.updated,
            errors=len(result.errors),
        )
    return result


def _write(known: Question | None, code: str, values: dict[str, object], at: datetime, result: ImportResult) -> None:
    if known is None:
        Question.objects.create(code=code, created_at=at, **values)
        result.created += 1
    elif any(getattr(known, name) != values[name] for name in FIELDS):
        for name, value in values.items():
            setattr(known, name, value)
        known.save(update_fields=list(values))
        result.updated += 1
    else:
        result.unchanged += 1


def question_values(row: Mapping[str, str]) -> dict[str, object]:
    """A row's fields as the model keeps them. Raises BadRow with a sentence for the person who made the sheet."""
    for name in ("code", "stem", "knowledge_point", "positions", "answer"):
        if not _text(row, name):
            raise BadRow(_("The column %(name)s is empty.") % {"name": name})
    for name, limit in LIMITS.items():
        if len(_text(row, name)) > limit:
            raise BadRow(_("The column %(name)s is longer than %(limit)d characters.") % {"name": name, "limit": limit})
    kind = KINDS.get(_text(row, "kind"))
    if kind is None:
        raise BadRow(_("The kind must be single, multiple or judge."))
    options = TRUE_FALSE_OPTIONS if kind == Kind.TRUE_FALSE else _options(row)
    return {
        "kind": kind.value,
        "positions": _positions(row),
        "knowledge_point": _text(row, "knowledge_point"),
        "difficulty": _difficulty(row),
        "stem": _text(row, "stem"),
        "options": list(options),
        "answer": _answer(_text(row, "answer").upper(), kind, len(options)),
        "explanation": _text(row, "explanation"),
        "source": _text(row, "source"),
    }


def _text(row: Mapping[str, str], name: str) -> str:
    return str(row.get(name) or "").strip()


def _positions(row: Mapping[str, str]) -> list[str]:
    positions = [code.strip() for code in _text(row, "positions").split("|") if code.strip()]
    if EVERY_POSITION in positions and len(positions) > 1:
        raise BadRow(_("Positions are either * or codes, not both."))
    if any(code != EVERY_POSITION and not (code.isdigit() and len(code) <= 8) for code in positions):
        raise BadRow(_("Position codes are digits with | between them, or * for every position."))
    return positions


def _difficulty(row: Mapping[str, str]) -> int:
    text = _text(row, "difficulty") or "1"
    if text not in ("1", "2", "3"):
        raise BadRow(_("The difficulty must be 1, 2 or 3."))
    return int(text)


def _options(row: Mapping[str, str]) -> list[str]:
    texts = [_text(row, letter) for letter in LETTERS]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) < 2:
        raise BadRow(_("A choice needs at least two options."))
    if not all(texts):
        raise BadRow(_("An option between two others is empty."))
    if len(set(texts)) < len(texts):
        raise BadRow(_("Two options are the same."))
    return texts


def _answer(answer: str, kind: Kind, options: int) -> str:
    if kind == Kind.TRUE_FALSE:
        if answer not in TRUE_FALSE_ANSWERS:
            raise BadRow(_("The answer must be T or F."))
        return TRUE_FALSE_ANSWERS[answer]
    letters = "".join(sorted(set(answer)))
    if len(letters) != len(answer) or not set(letters) <= set(LETTERS[:options]):
        raise BadRow(_("The answer must name options of this row, each once."))
    if kind == Kind.SINGLE and len(letters) != 1:
        raise BadRow(_("A single choice has exactly one right option."))
    if kind == Kind.MULTIPLE and len(letters) < 2:
        raise BadRow(_("A multiple choice has at least two right options."))
    return letters
