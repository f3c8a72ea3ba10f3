"""How a paper is drawn and graded. Pure: no database, no clock; chance comes in as a `random.Random`.

Source: DOMAIN.md "Exam": 50 questions, 100 points, 60 and above passes, retakes without limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

SINGLE, MULTIPLE, TRUE_FALSE = "single", "multiple", "true_false"
KINDS = (SINGLE, MULTIPLE, TRUE_FALSE)  # also their order on the paper
LETTERS = "ABCDEFGH"


class PoolTooSmall(Exception):
    """The bank holds fewer questions for this position than a paper needs."""


@dataclass(frozen=True)
class ExamRules:
    """Section "exam" of the Ruleset. Shares are weights; `position_percent` of each kind is about one's own post."""

    section: ClassVar[str] = "exam"

    questions: int = 50
    points: int = 100
    pass_points: int = 60
    minutes: int = 60
    share_single: int = 30
    share_multiple: int = 10
    share_true_false: int = 10
    position_percent: int = 20
    partial_percent: int = 0  # of a multiple-choice question's points, for a correct but incomplete choice
    camera: bool = True  # a face check before the paper and snapshots during it, or staff who attest the identity
    unseen_percent: int = 10  # of the time of an attempt without a verified face, before a person looks at it
    unseen_least_s: int = 60  # and never for less than this


@dataclass(frozen=True)
class PoolQuestion:
    """A question as the draw sees it. `common` = for every position."""

    id: int
    kind: str
    common: bool
    options: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class DrawnItem:
    """A question at its place on one paper, options already in this paper's order, `key` in this paper's letters."""

    number: int
    question_id: int
    kind: str
    options: tuple[str, ...]
    key: str
    points: int


@dataclass(frozen=True)
class GradedItem:
    """What grading needs of an item: its key, its worth and what was chosen ("" = not answered)."""

    kind: str
    key: str
    points: int
    choice: str


@dataclass(frozen=True)
class Grade:
    score: int
    passed: bool


def draw_paper(
    pool: Sequence[PoolQuestion], rules: ExamRules, *, last: Iterable[int] = (), random: Random
) -> list[DrawnItem]:
    """A paper of `rules.questions` distinct questions, kinds in the order of KINDS.

    The blueprint (kinds, own position against common) comes first; inside each of its cells a question of the
    last paper (`last`, question ids) is used only when the cell holds no other. A cell that is too small is
    filled up from its kind, a kind from the whole pool. Raises PoolTooSmall.
    """
    if len(pool) < rules.questions:
        raise PoolTooSmall(f"{len(pool)} questions for a paper of {rules.questions}")
    seen = frozenset(last)
    chosen: list[PoolQuestion] = []
    for kind, wanted in kind_quotas(rules).items():
        chosen += _draw_kind([q for q in pool if q.kind == kind], wanted, rules, seen, random)
    taken = {question.id for question in chosen}
    rest = _fresh_first([q for q in pool if q.id not in taken], seen, random)
    chosen += rest[: rules.questions - len(chosen)]
    return _lay_out(chosen, rules, random)


def kind_quotas(rules: ExamRules) -> dict[str, int]:
    """Questions per kind by largest remainder, so that they add up to `rules.questions` exactly."""
    shares = {SINGLE: rules.share_single, MULTIPLE: rules.share_multiple, TRUE_FALSE: rules.share_true_false}
    total = sum(shares.values())
    exact = {kind: rules.questions * share / total for kind, share in shares.items()}
    quotas = {kind: int(value) for kind, value in exact.items()}
    by_remainder = sorted(KINDS, key=lambda kind: exact[kind] - quotas[kind], reverse=True)
    for kind in by_remainder[: rules.questions - sum(quotas.values())]:
        quotas[kind] += 1
    return quotas


def points_of(rules: ExamRules) -> list[int]:
    """Whole points per place; what does not divide goes to the first places, the sum is `rules.points`."""
    each, left = divmod(rules.points, rules.questions)
    return [each + (place < left) for place in range(rules.questions)]


def _draw_kind(
    pool: list[PoolQuestion], wanted: int, rules: ExamRules, seen: frozenset[int], random: Random
) -> list[PoolQuestion]:
    own = _fresh_first([q for q in pool if not q.common], seen, random)
    common = _fresh_first([q for q in pool if q.common], seen, random)
    from_own = min(len(own), round(wanted * rules.position_percent / 100))
    from_common = min(len(common), wanted - from_own)
    from_own = min(len(own), wanted - from_common)
    return own[:from_own] + common[:from_common]


def _fresh_first(questions: list[PoolQuestion], seen: frozenset[int], random: Random) -> list[PoolQuestion]:
    shuffled = random.sample(questions, len(questions))
    return sorted(shuffled, key=lambda question: question.id in seen)


def _lay_out(chosen: list[PoolQuestion], rules: ExamRules, random: Random) -> list[DrawnItem]:
    shuffled = random.sample(chosen, len(chosen))
    ordered = sorted(shuffled, key=lambda question: KINDS.index(question.kind))
    items = []
    for place, (question, points) in enumerate(zip(ordered, points_of(rules), strict=True), start=1):
        options, key = _shuffle_options(question, random)
        items.append(DrawnItem(place, question.id, question.kind, options, key, points))
    return items


def _shuffle_options(question: PoolQuestion, random: Random) -> tuple[tuple[str, ...], str]:
    """Options in a new order and the key in their new letters; true and false keep their usual places."""
    order = list(range(len(question.options)))
    if question.kind != TRUE_FALSE:
        random.shuffle(order)
    right = {LETTERS.index(letter) for letter in question.answer}
    key = "".join(LETTERS[place] for place, old in enumerate(order) if old in right)
    return tuple(question.options[old] for old in order), key


def grade(items: Iterable[GradedItem], rules: ExamRules) -> Grade:
    """Σ points of the right answers. Letters compare as sets; an empty choice earns nothing."""
    score = sum(points_for(item, rules) for item in items)
    return Grade(score=score, passed=score >= rules.pass_points)


def points_for(item: GradedItem, rules: ExamRules) -> int:
    """All points for exactly the key; for part of a multiple-choice key the ruleset's percentage, rounded down."""
    choice, key = set(item.choice), set(item.key)
    if choice and choice == key:
        return item.points
    if item.kind == MULTIPLE and choice and choice < key:
        return item.points * rules.partial_percent // 100
    return 0


@dataclass(frozen=True)
class Watched:
    """What the camera saw of an attempt of `total_s` seconds; the counts are of snapshots, `incidents` of incidents."""

    total_s: float
    unseen_s: float = 0.0
    matches: int = 0
    mismatches: int = 0
    several: int = 0
    nobody: int = 0
    doubtful: int = 0
    incidents: int = 0
    attested: bool = False


def findings_of(watched: Watched, rules: ExamRules) -> list[str]:
    """Why a person has to look at an attempt before its pass counts; empty if there is no reason.

    `mismatch`, `several`, `incident`, `unseen`, `attested`. Never a reason to lose an exam by itself.
    """
    share = watched.total_s * rules.unseen_percent / 100
    found = {
        "mismatch": watched.mismatches > 0,
        "several": watched.several > 0,
        "incident": watched.incidents > 0,
        "unseen": watched.unseen_s > max(share, rules.unseen_least_s),
        "attested": watched.attested,
    }
    return [code for code, holds in found.items() if holds]


def rules_from(snapshot: Mapping[str, Any]) -> ExamRules:
    """The rules an attempt was opened under, from its stored snapshot; unknown names are of later versions."""
    known = ExamRules.__dataclass_fields__
    return ExamRules(**{name: value for name, value in snapshot.items() if name in known})
