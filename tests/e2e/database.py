"""What the running demo's own PostgreSQL says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from config.services import Postgres

if TYPE_CHECKING:
    from tests.support.demo import RunningDemo

SPANS_AGAINST_PROGRESS = """
SELECT p.enrolment_id, p.lesson_id, p.credited_ms, COALESCE(sum(s.credited_ms), 0)
FROM learning_lessonprogress p
LEFT JOIN learning_creditspan s
  ON s.enrolment_id = p.enrolment_id AND s.lesson_id = p.lesson_id AND s.voided_by_id IS NULL
GROUP BY p.id
HAVING p.credited_ms <> COALESCE(sum(s.credited_ms), 0)
"""


def rows(demo: RunningDemo, query: str) -> list[tuple]:
    with psycopg.connect(Postgres(demo.state / "postgres").url) as connection:
        return connection.execute(query).fetchall()


def spans_against_progress(demo: RunningDemo) -> list[tuple]:
    """Lessons whose progress is not the sum of their spans: (enrolment, lesson, progress, sum). None may be here."""
    return rows(demo, SPANS_AGAINST_PROGRESS)
