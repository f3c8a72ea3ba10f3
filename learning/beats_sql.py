"""The one statement that credits study time, for one beat or for five hundred.

Parameters: `ids seqs nonces plays` (arrays of one length, no session twice, ordered by id), `fresh` (as many random
nonces for the beats that follow), `at` (NULL: PostgreSQL's own clock; only a replay in a demo database gives another)
and `zone` (the province's time zone, for the daily cap).

What it does, for each beat whose session lives and whose seq and nonce are the ones expected: credit as
`rules.seconds_to_credit` says, hand out the next nonce, extend the open span while credit is contiguous or begin a new
one, advance the progress, end the session when the lesson is complete. A beat that does not match changes nothing and
comes back with `seq` NULL.

No row is locked before it is changed (ADR 0199). The session's own update decides: it waits for whoever changes that
row, looks at seq, nonce and end again, and only what it changed is credited. Whoever else changes a span or a progress
changes the session first. Sessions are updated in the order of ids, so that processes do not wait for each other.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

BEAT_SQL = """
WITH beat AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(seqs)s::integer[], %(nonces)s::uuid[], %(plays)s::boolean[],
                       %(fresh)s::uuid[]) AS b(id, seq, nonce, plays, fresh)
), clock AS MATERIALIZED (
  SELECT at, (at AT TIME ZONE %(zone)s)::date AS today
  FROM (SELECT date_trunc('milliseconds', COALESCE(%(at)s::timestamptz, now())) AS at) AS t
), found AS MATERIALIZED (
  SELECT s.id, s.last_beat_at, s.playing, s.cap_ms, s.day_cap_ms, s.day, s.day_credited_ms, s.span_id,
         s.enrolment_id, s.lesson_id, s.institution_id, s.progress_id, p.credited_ms, p.duration_ms,
         b.seq, b.nonce, b.plays, b.fresh, s.answer_by, s.opens_minute, s.closes_minute,
         (s.opens_minute, s.closes_minute) <> (0, 1440) AS has_hours,
         CASE WHEN c.verified_until IS NOT NULL THEN LEAST(c.verified_until, c.closed_at) END AS verified_until,
         GREATEST(s.last_beat_at, date_trunc('milliseconds', c.verified_at), s.resumed_at) AS from_at
  FROM beat b
  JOIN learning_studysession s ON s.id = b.id AND s.seq = b.seq AND s.nonce = b.nonce AND s.ended_at IS NULL
  JOIN learning_lessonprogress p ON p.id = s.progress_id
  JOIN proctoring_camerasession c ON c.id = s.camera_session_id
  ORDER BY s.id
), timed AS (
  SELECT f.*, k.at, k.today,
         GREATEST(0, round(date_part('epoch', k.at - f.from_at) * 1000))::bigint AS elapsed_ms,
         GREATEST(0, round(date_part('epoch',
           date_trunc('milliseconds', f.verified_until) - f.from_at) * 1000))::bigint AS verified_ms,
         CASE WHEN f.day = k.today THEN f.day_credited_ms ELSE 0 END AS used_ms,
         CASE WHEN f.answer_by IS NOT NULL
           THEN GREATEST(0, round(date_part('epoch', f.answer_by - f.from_at) * 1000))::bigint END AS answer_left_ms,
         CASE WHEN f.from_at = f.last_beat_at THEN f.span_id END AS open_span_id,
         CASE WHEN f.has_hours THEN (extract(epoch FROM (f.from_at AT TIME ZONE %(zone)s)
           - date_trunc('day', f.from_at AT TIME ZONE %(zone)s)) * 1000)::bigint END AS from_ms_of_day,
         NOT f.has_hours OR (extract(epoch FROM (k.at AT TIME ZONE %(zone)s)
           - date_trunc('day', k.at AT TIME ZONE %(zone)s)) * 1000)::bigint
           BETWEEN f.opens_minute * 60000::bigint AND f.closes_minute * 60000::bigint - 1 AS is_open
  FROM found f, clock k
  OFFSET 0  -- computed once, not wherever it is named
), earned AS (
  SELECT t.*,
         CASE WHEN t.playing AND t.verified_until IS NOT NULL
                AND (t.from_ms_of_day IS NULL OR t.from_ms_of_day >= t.opens_minute * 60000::bigint)
         THEN GREATEST(0, LEAST(
           t.elapsed_ms, t.cap_ms, t.verified_ms, t.answer_left_ms, t.duration_ms - t.credited_ms,
           t.closes_minute * 60000::bigint - t.from_ms_of_day,
           CASE WHEN t.day_cap_ms > 0 THEN t.day_cap_ms - t.used_ms END))::integer
         ELSE 0 END AS credit
  FROM timed t
  OFFSET 0
), due AS MATERIALIZED (
  SELECT e.*, e.credited_ms + e.credit AS now_ms, e.credited_ms + e.credit >= e.duration_ms AS complete,
         CASE WHEN e.credit > 0 AND e.open_span_id IS NULL
           THEN nextval('learning_creditspan_id_seq') END AS new_span_id
  FROM earned e
), moved AS (
  UPDATE learning_studysession s
  SET seq = s.seq + 1,
      nonce = d.fresh,
      last_beat_at = GREATEST(s.last_beat_at, d.at),
      playing = d.plays,
      answer_by = COALESCE(s.answer_by, CASE WHEN s.ask_at <= d.at
        THEN d.at + s.answer_ms * interval '1 millisecond' END),
      day = d.today,
      day_credited_ms = d.used_ms + d.credit,
      span_id = CASE WHEN d.credit = d.elapsed_ms THEN COALESCE(d.open_span_id, d.new_span_id) END,
      ended_at = CASE WHEN d.complete THEN d.at END,
      end_reason = CASE WHEN d.complete THEN 'complete' ELSE '' END
  FROM due d
  WHERE s.id = d.id AND s.seq = d.seq AND s.nonce = d.nonce AND s.ended_at IS NULL
  RETURNING s.id, s.seq, s.nonce, s.answer_by, s.enrolment_id, s.lesson_id, s.institution_id, s.progress_id,
            d.at, d.from_at, d.credit, d.now_ms, d.duration_ms, d.complete, d.plays, d.verified_until, d.is_open,
            d.open_span_id, d.new_span_id,
            CASE WHEN d.day_cap_ms > 0 THEN d.day_cap_ms - d.used_ms - d.credit END AS day_left_ms
), grown AS (
  UPDATE learning_creditspan x
  SET credited_ms = x.credited_ms + m.credit, ended_at = x.ended_at + m.credit * interval '1 millisecond'
  FROM moved m WHERE x.id = m.open_span_id AND m.credit > 0
), born AS (
  INSERT INTO learning_creditspan
    (id, session_id, enrolment_id, lesson_id, institution_id, started_at, ended_at, credited_ms)
  SELECT new_span_id, id, enrolment_id, lesson_id, institution_id, from_at,
         from_at + credit * interval '1 millisecond', credit
  FROM moved WHERE new_span_id IS NOT NULL
), advanced AS (
  UPDATE learning_lessonprogress p
  SET credited_ms = m.now_ms, completed_at = CASE WHEN m.complete THEN m.at ELSE p.completed_at END
  FROM moved m WHERE p.id = m.progress_id AND m.credit > 0
)
SELECT id, seq, nonce, at, credit, now_ms, duration_ms, plays, verified_until, day_left_ms, answer_by, is_open,
       NULL::varchar
FROM moved
UNION ALL
SELECT b.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       (SELECT s.end_reason FROM learning_studysession s WHERE s.id = b.id)
FROM beat b WHERE b.id NOT IN (SELECT id FROM moved)
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
        "fresh": random_uuids(len(ordered)),
        "zone": zone,
        "at": at,
    }


def random_uuids(count: int) -> list[UUID]:
    """Of 128 random bits each. Asked of the system at once: PostgreSQL would ask it for each, a tenth of its work."""
    drawn = os.urandom(16 * count)
    return [UUID(bytes=drawn[start : start + 16]) for start in range(0, len(drawn), 16)]
