"""Proves that study adds up: one statement over progress, spans and enrolments, in one snapshot. It changes nothing.

Scope: everybody, the enrolments of one institution, or one enrolment. Overlaps are looked for among all spans of the
persons concerned, at whatever institution they lie.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

# Each kind and what it says; `{0}` and `{1}` are the two figures that differ.
KINDS = {
    "sum": "progress says {0} ms, its live spans hold {1} ms",
    "span_length": "a span of {0} ms is credited with {1} ms",
    "overlap": "a span begins {0} ms before an earlier one of the person ends (span {1})",
    "too_much": "{0} ms are credited of a lesson of {1} ms",
    "completion": "complete is {0} (1 yes, 0 no), though {1} ms are missing",
    "hours_state": "hours are said to be complete ({0}: 1 yes, 0 no), but {1} lessons are not",
    "hours_dates": "the dates of completion ({0}) and approval ({1}) do not go with the state",
}
SETTLES = timedelta(minutes=10)  # by then the sweep has noted a completion that a dead process left behind

RECOUNT_SQL = """
WITH mine AS MATERIALIZED (
  SELECT e.id, e.uuid, e.user_id, e.plan_id, e.admission, e.hours_state, e.hours_completed_at, e.hours_approved_at
  FROM learning_enrolment e
  WHERE (%(institution)s::bigint IS NULL OR e.institution_id = %(institution)s)
    AND (%(enrolment)s::uuid IS NULL OR e.uuid = %(enrolment)s)
), progress AS MATERIALIZED (
  SELECT p.enrolment_id, p.lesson_id, p.credited_ms, p.duration_ms, p.completed_at
  FROM learning_lessonprogress p JOIN mine ON mine.id = p.enrolment_id
), live AS (
  SELECT x.enrolment_id, x.lesson_id, sum(x.credited_ms) AS ms
  FROM learning_creditspan x JOIN mine ON mine.id = x.enrolment_id
  WHERE x.voided_by_id IS NULL
  GROUP BY x.enrolment_id, x.lesson_id
), theirs AS MATERIALIZED (
  SELECT x.id, x.enrolment_id, x.started_at, x.ended_at, x.credited_ms,
         max(x.ended_at) OVER (PARTITION BY e.user_id ORDER BY x.started_at, x.id
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM learning_creditspan x JOIN learning_enrolment e ON e.id = x.enrolment_id
  WHERE e.user_id IN (SELECT user_id FROM mine)
), plan AS (
  SELECT mine.id, count(*) FILTER (WHERE p.completed_at IS NULL) AS missing, count(*) AS lessons,
         max(p.completed_at) AS last_at
  FROM mine JOIN learning_planlesson l ON l.plan_id = mine.plan_id
  LEFT JOIN progress p ON p.enrolment_id = mine.id AND p.lesson_id = l.lesson_id
  GROUP BY mine.id
), state AS (
  SELECT mine.*, hours_state IN ('in_review', 'approved') AS is_complete, plan.missing, plan.last_at
  FROM mine JOIN plan USING (id)
), found AS (
  SELECT 'sum' AS kind, enrolment_id, lesson_id, COALESCE(p.credited_ms, 0) AS one, COALESCE(live.ms, 0) AS other
  FROM progress p FULL JOIN live USING (enrolment_id, lesson_id)
  WHERE COALESCE(p.credited_ms, 0) <> COALESCE(live.ms, 0)
UNION ALL
  SELECT 'span_length', enrolment_id, NULL, floor(extract(epoch FROM ended_at - started_at) * 1000), credited_ms
  FROM theirs WHERE ended_at - started_at <> credited_ms * interval '1 millisecond'
UNION ALL
  SELECT 'overlap', enrolment_id, NULL, ceil(extract(epoch FROM reached - started_at) * 1000), id
  FROM theirs WHERE reached > started_at
UNION ALL
  SELECT 'too_much', enrolment_id, lesson_id, credited_ms, duration_ms FROM progress WHERE credited_ms > duration_ms
UNION ALL
  SELECT 'completion', enrolment_id, lesson_id, (completed_at IS NOT NULL)::int, duration_ms - credited_ms
  FROM progress WHERE (completed_at IS NOT NULL) <> (credited_ms >= duration_ms)
UNION ALL
  SELECT 'hours_state', id, NULL, is_complete::int, missing FROM state
  WHERE (is_complete AND missing > 0)
     OR (NOT is_complete AND missing = 0 AND admission = 'admitted' AND last_at < %(settled)s)
UNION ALL
  SELECT 'hours_dates', id, NULL, (hours_completed_at IS NOT NULL)::int, (hours_approved_at IS NOT NULL)::int FROM state
  WHERE is_complete <> (hours_completed_at IS NOT NULL)
     OR (hours_state = 'approved') <> (hours_approved_at IS NOT NULL)
), ranked AS (
  SELECT found.*, count(*) OVER (PARTITION BY kind) AS n, row_number() OVER (PARTITION BY kind) AS place FROM found
)
SELECT r.kind, e.uuid::text, l.code, r.one::bigint, r.other::bigint, r.n
FROM ranked r JOIN learning_enrolment e ON e.id = r.enrolment_id LEFT JOIN learning_lesson l ON l.id = r.lesson_id
WHERE r.place <= %(most)s
UNION ALL
SELECT '', '', '', (SELECT count(*) FROM mine), (SELECT count(*) FROM progress), (SELECT count(*) FROM theirs)
ORDER BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True)
class Difference:
    """Something that does not add up, at one enrolment (and lesson, where it is of one)."""

    kind: str
    enrolment: str
    lesson: str
    one: int
    other: int

    def __str__(self) -> str:
        where = f"{self.enrolment} {self.lesson}".strip()
        return f"{self.kind} {where}: {KINDS[self.kind].format(self.one, self.other)}"


@dataclass
class Recount:
    """How much was looked at, how many differences of each kind there are, and the first of each."""

    enrolments: int = 0
    progress: int = 0
    spans: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    first: list[Difference] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.counts


def recount(*, at: datetime, institution: int | None = None, enrolment: str | None = None, most: int = 5) -> Recount:
    """Count everything again; at most `most` differences of a kind are named, all are counted.

    `institution` is an id. A completion younger than `SETTLES` at `at` may still be unsettled.
    """
    values = {"institution": institution, "enrolment": enrolment, "settled": at - SETTLES, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT_SQL, values)
        return _told(cursor.fetchall())


def _told(rows: Sequence[tuple[str, str, str | None, int, int, int]]) -> Recount:
    told = Recount()
    for kind, enrolment, lesson, one, other, n in rows:
        if not kind:
            told.enrolments, told.progress, told.spans = one, other, n
            continue
        told.counts[kind] = n
        told.first.append(Difference(kind, enrolment, lesson or "", one, other))
    return told
