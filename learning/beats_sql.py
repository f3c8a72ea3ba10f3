"""The one statement that credits study time, for one beat or for five hundred.

Parameters: `ids seqs nonces plays` (arrays of one length, no session twice, ordered by id), `at` (NULL: PostgreSQL's
own clock; only a replay in a demo database gives another) and `zone` (the province's time zone, for the daily cap).

What it does, for each beat whose session lives and whose seq and nonce are the ones expected: lock the session and its
progress in the order of ids (no deadlocks between processes), credit as `rules.seconds_to_credit` says, extend the
open span while credit is contiguous or begin a new one, advance the progress, end the session when the lesson is
complete, and issue the next nonce. A beat that does not match changes nothing and comes back with `seq` NULL.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

BEAT_SQL = """
WITH beat AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(seqs)s::integer[], %(nonces)s::uuid[], %(plays)s::boolean[])
    AS b(id, seq, nonce, plays)
), clock AS MATERIALIZED (
  SELECT at, (at AT TIME ZONE %(zone)s)::date AS today
  FROM (SELECT COALESCE(%(at)s::timestamptz, date_trunc('milliseconds', now())) AS at) AS t
), held AS MATERIALIZED (
  SELECT s.id, s.last_beat_at, s.playing, s.cap_ms, s.day_cap_ms, s.day, s.day_credited_ms, s.span_id,
         s.enrolment_id, s.lesson_id, s.institution_id, s.progress_id, p.credited_ms, p.duration_ms, b.plays,
         s.ask_at, s.answer_ms, s.answer_by, s.opens_minute, s.closes_minute,
         (s.opens_minute, s.closes_minute) <> (0, 1440) AS has_hours,
         CASE WHEN c.verified_until IS NOT NULL THEN LEAST(c.verified_until, c.closed_at) END AS verified_until,
         GREATEST(s.last_beat_at, date_trunc('milliseconds', c.verified_at), s.resumed_at) AS from_at
  FROM beat b
  JOIN learning_studysession s ON s.id = b.id AND s.seq = b.seq AND s.nonce = b.nonce AND s.ended_at IS NULL
  JOIN learning_lessonprogress p ON p.id = s.progress_id
  JOIN proctoring_camerasession c ON c.id = s.camera_session_id
  ORDER BY s.id
  FOR NO KEY UPDATE OF s, p
), timed AS (
  SELECT h.*, k.at, k.today,
         GREATEST(0, floor(extract(epoch FROM k.at - h.from_at) * 1000))::bigint AS elapsed_ms,
         GREATEST(0, floor(extract(epoch FROM h.verified_until - h.from_at) * 1000))::bigint AS verified_ms,
         CASE WHEN h.day = k.today THEN h.day_credited_ms ELSE 0 END AS used_ms,
         CASE WHEN h.answer_by IS NOT NULL
           THEN GREATEST(0, floor(extract(epoch FROM h.answer_by - h.from_at) * 1000))::bigint END AS answer_left_ms,
         CASE WHEN h.from_at = h.last_beat_at THEN h.span_id END AS open_span_id,
         CASE WHEN h.has_hours THEN (extract(epoch FROM (h.from_at AT TIME ZONE %(zone)s)
           - date_trunc('day', h.from_at AT TIME ZONE %(zone)s)) * 1000)::bigint END AS from_ms_of_day,
         NOT h.has_hours OR (extract(epoch FROM (k.at AT TIME ZONE %(zone)s)
           - date_trunc('day', k.at AT TIME ZONE %(zone)s)) * 1000)::bigint
           BETWEEN h.opens_minute * 60000::bigint AND h.closes_minute * 60000::bigint - 1 AS is_open
  FROM held h, clock k
), earned AS MATERIALIZED (
  SELECT t.*,
         CASE WHEN t.playing AND t.verified_until IS NOT NULL
                AND (t.from_ms_of_day IS NULL OR t.from_ms_of_day >= t.opens_minute * 60000::bigint)
         THEN GREATEST(0, LEAST(
           t.elapsed_ms, t.cap_ms, t.verified_ms, t.answer_left_ms, t.duration_ms - t.credited_ms,
           t.closes_minute * 60000::bigint - t.from_ms_of_day,
           CASE WHEN t.day_cap_ms > 0 THEN t.day_cap_ms - t.used_ms END))::integer
         ELSE 0 END AS credit
  FROM timed t
), grown AS (
  UPDATE learning_creditspan x
  SET credited_ms = x.credited_ms + e.credit, ended_at = x.ended_at + e.credit * interval '1 millisecond'
  FROM earned e WHERE x.id = e.open_span_id AND e.credit > 0
), born AS (
  INSERT INTO learning_creditspan
    (session_id, enrolment_id, lesson_id, institution_id, started_at, ended_at, credited_ms)
  SELECT id, enrolment_id, lesson_id, institution_id, from_at,
         from_at + credit * interval '1 millisecond', credit
  FROM earned WHERE credit > 0 AND open_span_id IS NULL
  RETURNING id, session_id
), advanced AS (
  UPDATE learning_lessonprogress p
  SET credited_ms = e.credited_ms + e.credit,
      completed_at = CASE WHEN e.credited_ms + e.credit >= e.duration_ms THEN e.at ELSE p.completed_at END
  FROM earned e WHERE p.id = e.progress_id AND e.credit > 0
), moved AS (
  UPDATE learning_studysession s
  SET seq = s.seq + 1,
      nonce = gen_random_uuid(),
      last_beat_at = GREATEST(s.last_beat_at, e.at),
      playing = e.plays,
      answer_by = COALESCE(e.answer_by, CASE WHEN e.ask_at <= e.at
        THEN e.at + e.answer_ms * interval '1 millisecond' END),
      day = e.today,
      day_credited_ms = e.used_ms + e.credit,
      span_id = CASE WHEN e.credit = e.elapsed_ms THEN COALESCE(e.open_span_id, born.id) END,
      ended_at = CASE WHEN e.credited_ms + e.credit >= e.duration_ms THEN e.at END,
      end_reason = CASE WHEN e.credited_ms + e.credit >= e.duration_ms THEN 'complete' ELSE '' END
  FROM earned e LEFT JOIN born ON born.session_id = e.id
  WHERE s.id = e.id
  RETURNING s.id, s.seq, s.nonce, s.answer_by
)
SELECT b.id, m.seq, m.nonce, e.at, e.credit, e.credited_ms + e.credit AS credited_ms, e.duration_ms, e.plays,
       e.verified_until, CASE WHEN e.day_cap_ms > 0 THEN e.day_cap_ms - e.used_ms - e.credit END AS day_left_ms,
       m.answer_by, e.is_open,
       CASE WHEN m.id IS NULL THEN (SELECT s.end_reason FROM learning_studysession s WHERE s.id = b.id) END
FROM beat b
LEFT JOIN moved m ON m.id = b.id
LEFT JOIN earned e ON e.id = b.id
"""

# A socket that comes (back) gets the current seq and a fresh nonce; the time it was away earns nothing. `at` as above.
# Comes back with the last sign of life before, and the one that this is.
RESUME_SQL = """
WITH held AS MATERIALIZED (
  SELECT id, last_beat_at FROM learning_studysession WHERE id = %(id)s AND ended_at IS NULL FOR NO KEY UPDATE
)
UPDATE learning_studysession s
SET seq = seq + 1, nonce = gen_random_uuid(), playing = FALSE, span_id = NULL,
    last_beat_at = GREATEST(s.last_beat_at, COALESCE(%(at)s::timestamptz, date_trunc('milliseconds', now())))
FROM held WHERE s.id = held.id
RETURNING seq, nonce, held.last_beat_at, s.last_beat_at
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a client may say: which session, which of its beats, and whether it plays from now on."""

    session_id: int
    seq: int
    nonce: UUID
    playing: bool


@dataclass(frozen=True, slots=True)
class Credited:
    """One row of the answer. `seq` and `nonce` name the next beat; `seq` None: refused, see `end_reason`."""

    session_id: int
    seq: int | None = None
    nonce: UUID | None = None
    at: datetime | None = None
    credit_ms: int | None = None
    credited_ms: int | None = None
    duration_ms: int | None = None
    playing: bool | None = None
    verified_until: datetime | None = None
    day_left_ms: int | None = None
    answer_by: datetime | None = None
    is_open: bool | None = None
    end_reason: str | None = None

    @property
    def accepted(self) -> bool:
        return self.seq is not None

    @property
    def complete(self) -> bool:
        return self.accepted and self.credited_ms == self.duration_ms

    @property
    def refusal(self) -> str:
        """Why a beat was refused: the session's end reason, else `stale`."""
        return self.end_reason or "stale"


def parameters(beats: list[Beat], zone: str, at: datetime | None = None) -> dict[str, Any]:
    """The statement's parameters; `beats` must be distinct by session. Sorts them by id."""
    ordered = sorted(beats, key=lambda beat: beat.session_id)
    return {
        "ids": [beat.session_id for beat in ordered],
        "seqs": [beat.seq for beat in ordered],
        "nonces": [beat.nonce for beat in ordered],
        "plays": [beat.playing for beat in ordered],
        "zone": zone,
        "at": at,
    }
