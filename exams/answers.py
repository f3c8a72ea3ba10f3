"""Saving answers: one statement for any number of answers of any number of attempts.

The statement is the whole path: it checks the owner, the institution, the server's deadline and the shape of the
choice, writes, and returns what is stored now. It commits before the caller acknowledges. The same statement will
serve a micro-batch of many sockets.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

CHOICE = re.compile(r"\A(?:A?B?C?D?E?F?G?H?)\Z")
SEQ_MAX = 2**31 - 1

# FOR SHARE on the attempt: grading takes the same row FOR UPDATE, so an answer is either in the grade or refused,
# never acknowledged behind it. An older or repeated seq changes nothing and gets the stored answer back.
SAVE = """
WITH sent AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(choices)s::text[], %(seqs)s::int[]) AS sent(number, choice, seq)
), target AS (
    SELECT item.id, sent.number, sent.choice, sent.seq, attempt.deadline_at
    FROM exams_attempt attempt
    JOIN exams_item item ON item.attempt_id = attempt.id
    JOIN sent ON sent.number = item.number
    WHERE attempt.uuid = %(attempt)s AND attempt.user_id = %(user)s AND attempt.institution_id = %(institution)s
      AND attempt.submitted_at IS NULL AND attempt.deadline_at > %(at)s
      AND (item.kind = 'multiple' OR length(sent.choice) <= 1)
      AND (sent.choice = '' OR ascii(right(sent.choice, 1)) - 64 <= jsonb_array_length(item.options))
    ORDER BY item.id
    FOR SHARE OF attempt
), written AS (
    INSERT INTO exams_answer (item_id, choice, saved_at, client_seq)
    SELECT id, choice, %(at)s, seq FROM target
    ON CONFLICT (item_id) DO UPDATE
    SET choice = excluded.choice, saved_at = excluded.saved_at, client_seq = excluded.client_seq
    WHERE exams_answer.client_seq < excluded.client_seq
    RETURNING item_id, choice, saved_at, client_seq
)
SELECT target.number,
       coalesce(written.choice, stored.choice), coalesce(written.saved_at, stored.saved_at),
       coalesce(written.client_seq, stored.client_seq), target.deadline_at
FROM target
LEFT JOIN written ON written.item_id = target.id
LEFT JOIN exams_answer stored ON stored.item_id = target.id
ORDER BY target.number
"""


@dataclass(frozen=True)
class SentAnswer:
    """From the client: item number on the paper, letters in order ("" = taken back), its counter for this item."""

    number: int
    choice: str
    seq: int


@dataclass(frozen=True)
class SavedAnswer:
    """What the database holds after the statement. `seq` above the sent one: another window answered later."""

    number: int
    choice: str
    saved_at: datetime
    seq: int
    deadline_at: datetime


def is_choice(choice: object) -> bool:
    """Letters A–H, each at most once, in order."""
    return isinstance(choice, str) and bool(CHOICE.match(choice))


def is_seq(seq: object) -> bool:
    return isinstance(seq, int) and not isinstance(seq, bool) and 0 < seq <= SEQ_MAX


def latest_of(answers: Iterable[SentAnswer]) -> list[SentAnswer]:
    """One answer per item, the one with the highest seq: a statement may touch each row once."""
    latest: dict[int, SentAnswer] = {}
    for answer in sorted(answers, key=lambda a: a.seq):
        latest[answer.number] = answer
    return list(latest.values())


def write(
    attempt: UUID, *, user_id: int, institution_id: int, answers: Sequence[SentAnswer], at: datetime
) -> list[SavedAnswer]:
    """Run the statement. What is missing in the result was refused; services explain why."""
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE,
            {
                "attempt": attempt,
                "user": user_id,
                "institution": institution_id,
                "at": at,
                "numbers": [a.number for a in answers],
                "choices": [a.choice for a in answers],
                "seqs": [a.seq for a in answers],
            },
        )
        return [SavedAnswer(*row) for row in cursor.fetchall()]
