"""What a page may report of the person's doings (docs/protocol.md, "traces"): hints for the review, never proof.

Counts only: no key, no position, no content. Whoever writes a script can send what they like, or nothing, and silence
is looked at too. Nothing here ever holds time back.
"""

import re
from dataclasses import dataclass
from typing import Any

from learning.protocol import BadMessage

LONGEST = 1000  # bytes of a report
MOST_SECONDS, MOST_TIMES = 3600, 100_000  # of one report
SECONDS = ("reported_s", "hidden_s", "blurred_s")
TIMES = ("moves", "presses")
FIELDS = {*SECONDS, *TIMES, "marks"}

# A browser that says so itself, and signs that an honest computer may show one at a time (traces.js names them).
STRONG_MARKS = frozenset({"webdriver", "headless_agent"})
WEAK_MARKS = frozenset({"no_languages", "no_plugins", "no_window", "software_renderer"})
# Noted by the server, never taken from a page.
UA_CHANGED, NO_SOCKET = "ua_changed", "no_socket"
SCRIPTED_AGENT = re.compile(
    r"HeadlessChrome|PhantomJS|Electron/|python|aiohttp|httpx|curl/|wget|okhttp|Go-http-client|node-fetch|axios"
    r"|Java/|libwww|Scrapy",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Report:
    """What happened on the page since its last report. Seconds and times."""

    reported_s: int
    moves: int
    presses: int
    hidden_s: int
    blurred_s: int
    marks: tuple[str, ...]


def report_of(body: Any) -> Report:
    """The report in a parsed body. Every field must be there, none that we do not know. Raises `BadMessage`."""
    if not isinstance(body, dict):
        raise BadMessage("study.malformed")
    if body.keys() - FIELDS:
        raise BadMessage("study.unknown_field")
    limits = dict.fromkeys(SECONDS, MOST_SECONDS) | dict.fromkeys(TIMES, MOST_TIMES)
    if not all(type(body.get(name)) is int and 0 <= body[name] <= most for name, most in limits.items()):
        raise BadMessage("study.malformed")
    marks = body.get("marks")
    known = STRONG_MARKS | WEAK_MARKS
    if not isinstance(marks, list) or not all(isinstance(mark, str) and mark in known for mark in marks):
        raise BadMessage("study.malformed")
    return Report(**{name: body[name] for name in limits}, marks=tuple(sorted(set(marks))))


def is_scripted(user_agent: str) -> bool:
    """Whether a User-Agent is none of a person's browser: empty, or a program's own name."""
    return not user_agent.strip() or bool(SCRIPTED_AGENT.search(user_agent))
