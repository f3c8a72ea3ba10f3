"""The words of `/ws/study/` (docs/protocol.md): what a client may say, and what it is told. Plain values only."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from learning.beats_sql import Beat, Credited
from learning.errors import STUDY_REFUSALS
from learning.rules import released_edge, state_of
from learning.signing import INIT_INDEX, segment_base, segment_query

FIELDS = {"type", "seq", "nonce", "playing"}
LONGEST = 400  # characters of a message


class BadMessage(Exception):
    """`code` is `study.malformed` or `study.unknown_field`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Released:
    """What a sitting needs to know to release its medium. Milliseconds, but `url_s`; `browser`: the session cookie."""

    session: UUID
    folder: str
    browser: str
    segments: int
    segment_ms: int
    buffer_ms: int
    url_s: int

    @property
    def base(self) -> str:
        return segment_base(self.session, self.folder)

    def edge(self, credited_ms: int) -> int:
        return released_edge(credited_ms, self.buffer_ms, self.segment_ms, self.segments)

    def queries(self, first: int, edge: int, now_s: float) -> list[str]:
        """Signed queries of the segments `first` … `edge` − 1, good for every rendition."""
        return [self._query(index, now_s) for index in range(first, edge)]

    def init_query(self, now_s: float) -> str:
        return self._query(INIT_INDEX, now_s)

    def _query(self, index: int, now_s: float) -> str:
        return segment_query(self.session, self.folder, index, self.browser, now_s, self.url_s)


def beat_of(text: str, session_id: int) -> Beat:
    """The beat in a message. A field we do not know is refused, so that none ever carries a claim. `BadMessage`."""
    if len(text) > LONGEST:
        raise BadMessage("study.malformed")
    try:
        message = json.loads(text)
    except ValueError:
        raise BadMessage("study.malformed") from None
    if not isinstance(message, dict) or message.get("type") != "beat":
        raise BadMessage("study.malformed")
    if message.keys() - FIELDS:
        raise BadMessage("study.unknown_field")
    seq, nonce, playing = message.get("seq"), message.get("nonce"), message.get("playing")
    if type(seq) is not int or not 0 <= seq < 2**31 or type(playing) is not bool or not isinstance(nonce, str):
        raise BadMessage("study.malformed")
    try:
        return Beat(session_id, seq, UUID(nonce), playing)
    except ValueError:
        raise BadMessage("study.malformed") from None


def ack(credited: Credited, released: Released, known_edge: int) -> dict[str, Any]:
    """The answer to an accepted beat; `known_edge` is how many segments the page has been told of."""
    assert credited.at is not None
    assert credited.credited_ms is not None
    edge = released.edge(credited.credited_ms)
    state = state_of(
        playing=bool(credited.playing),
        complete=credited.complete,
        at=credited.at,
        verified_until=credited.verified_until,
        day_left_ms=credited.day_left_ms,
        answer_by=credited.answer_by,
        is_open=credited.is_open is not False,
    )
    return {
        "type": "ack",
        "seq": credited.seq,
        "nonce": str(credited.nonce),
        "at": credited.at.isoformat(timespec="milliseconds"),
        "credit_ms": credited.credit_ms,
        "credited_ms": credited.credited_ms,
        "state": state,
        "edge": edge,
        "segments": released.queries(min(known_edge, edge), edge, credited.at.timestamp()),
        **({"ask": True} if credited.answer_by else {}),
    }


def refusal(code: str, *, fatal: bool) -> dict[str, Any]:
    """Said instead of an ack. `fatal`: this sitting is over, connecting again is useless."""
    name = code.removeprefix("study.")
    return {"type": "refused", "code": code, "message": str(STUDY_REFUSALS.get(name, "")), "fatal": fatal}
