"""What may speak of idling, a script or somebody else at the computer, counted from the rows of a study.

Hints for the reviewer's eye: they put a case in front and are named there; they never pause, clear or change credit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef
from django.utils.timezone import get_default_timezone

from learning.models import CreditSpan, PresenceCheck, StudySession, StudyTrace
from learning.review import doings
from learning.review.rules import ReviewRules
from learning.traces import STRONG_MARKS, UA_CHANGED, is_scripted
from proctoring.models import CameraSession
from tenants.scopes import province_scope

MOST_NEIGHBOURS = 2000  # sittings of others on the same devices, the latest first


@dataclass(frozen=True)
class Neighbour:
    """A study sitting of somebody else on one of this person's devices."""

    user_id: int
    name: str
    institution: str
    device: str
    opened_at: datetime


@dataclass(frozen=True)
class Surroundings:
    """Who else studied on the same devices and from the same addresses, at any institution, around this study."""

    neighbours: list[Neighbour] = field(default_factory=list)
    same_address: int = 0

    @property
    def people(self) -> dict[int, list[Neighbour]]:
        """The sittings of others, by person."""
        found: dict[int, list[Neighbour]] = defaultdict(list)
        for one in self.neighbours:
            found[one.user_id].append(one)
        return found


@dataclass(frozen=True)
class Sat:
    """A sitting that has credit: its row, what counted of it, and its trace where there is one."""

    session: StudySession
    credited_s: float
    trace: StudyTrace | None

    @property
    def marks(self) -> set[str]:
        return set(self.trace.marks) if self.trace else set()

    @property
    def is_automated(self) -> bool:
        """A browser, or a program, that says itself that nobody sits before it."""
        return bool(self.marks & STRONG_MARKS) or is_scripted(self.session.camera_session.user_agent)

    @property
    def reported_s(self) -> int:
        return self.trace.reported_s if self.trace else 0

    @property
    def is_silent(self) -> bool:
        return 2 * self.reported_s < self.credited_s

    @property
    def is_untouched(self) -> bool:
        """Something was reported, and no movement, press or key in it."""
        return self.trace is not None and self.reported_s > 0 and not self.trace.moves + self.trace.presses


def sittings_of(spans: Iterable[CreditSpan]) -> list[Sat]:
    """The sittings of spans that have `session`, its camera session and its trace loaded, in order of time."""
    credited: dict[int, int] = defaultdict(int)
    rows: dict[int, StudySession] = {}
    for span in spans:
        credited[span.session_id] += span.credited_ms
        rows[span.session_id] = span.session
    return [Sat(row, credited[pk] / 1000, getattr(row, "trace", None)) for pk, row in sorted(rows.items())]


def checks_of(spans: Iterable[CreditSpan]) -> list[PresenceCheck]:
    """The answers to questions on the lessons: one query."""
    found = PresenceCheck.objects.filter(session__in={span.session_id for span in spans})
    return list(found.select_related("session").order_by("answered_at"))


def surroundings_of(spans: Sequence[CreditSpan], days: int) -> Surroundings:
    """At most two queries, whatever the number of devices and people. The classroom's computers are everybody's."""
    sat = {span.session.camera_session_id: span.session.camera_session for span in spans}.values()
    cameras = [camera for camera in sat if camera.attestation_id is None]
    if not cameras:
        return Surroundings()
    opened = [camera.opened_at for camera in cameras]
    around = timedelta(days=days)
    devices = {camera.device for camera in cameras if camera.device}
    addresses = {camera.ip for camera in cameras if doings.network_of(camera.ip) is not None}
    with province_scope():
        others = CameraSession.objects.filter(
            Exists(StudySession.objects.filter(camera_session=OuterRef("pk"))),
            attestation=None,
            opened_at__range=(min(opened) - around, max(opened) + around),
        ).exclude(user__in={camera.user_id for camera in cameras})
        rows = others.filter(device__in=devices).order_by("-opened_at")
        named = rows.values_list("user", "user__name", "institution__short_name", "device", "opened_at")
        neighbours = [Neighbour(*row) for row in named[:MOST_NEIGHBOURS]]
        counted = others.filter(ip__in=addresses).aggregate(n=Count("user", distinct=True))
    return Surroundings(neighbours, counted["n"])


def hints_of(
    spans: Sequence[CreditSpan], checks: Sequence[PresenceCheck], around: Surroundings, rules: ReviewRules
) -> dict[str, int]:
    """The values of `rules.Facts` for all HINTS."""
    sittings = sittings_of(spans)
    return {
        **_of_browsers(sittings, rules),
        **_of_interaction(sittings, rules),
        **_of_times(spans, rules),
        **_of_places(sittings, spans, around, rules),
        **_of_answers(checks, rules),
    }


def _of_browsers(sittings: list[Sat], rules: ReviewRules) -> dict[str, int]:
    weak = [sat for sat in sittings if len(sat.marks - STRONG_MARKS - {UA_CHANGED}) >= rules.weak_marks]
    return {
        "automated": sum(sat.is_automated for sat in sittings),
        "odd_browser": sum(not sat.is_automated for sat in weak),
        "browser_changed": sum(UA_CHANGED in sat.marks for sat in sittings),
        "even_rhythm": sum(is_even(sat.trace, rules) for sat in sittings),
    }


def is_even(trace: StudyTrace | None, rules: ReviewRules) -> bool:
    """Whether a socket beat more evenly than a page does."""
    if trace is None or trace.rhythm_ms is None:
        return False
    return trace.beats >= rules.rhythm_beats and trace.rhythm_ms < rules.rhythm_ms


def _of_interaction(sittings: list[Sat], rules: ReviewRules) -> dict[str, int]:
    silent_s = round(sum(sat.credited_s for sat in sittings if sat.is_silent))
    untouched_s = sum(sat.reported_s for sat in sittings if sat.is_untouched)
    reported_s = sum(sat.reported_s for sat in sittings)
    hidden_s = sum(sat.trace.hidden_s for sat in sittings if sat.trace)
    enough = reported_s >= max(1, rules.hidden_minutes * 60)
    hidden = enough and 100 * hidden_s > rules.hidden_percent * reported_s
    return {
        "silent": silent_s // max(60, rules.silent_minutes * 60),
        "silent_s": silent_s,
        "untouched": untouched_s // max(60, rules.untouched_minutes * 60),
        "untouched_s": untouched_s,
        "hidden": int(hidden),
        "hidden_s": hidden_s,
    }


def stretches_of(spans: Iterable[CreditSpan]) -> list[doings.Stretch]:
    return [(span.started_at, span.ended_at) for span in spans]


def nights_of(spans: Iterable[CreditSpan], rules: ReviewRules) -> int:
    """Nights in which more than a moment was studied, in the province's time."""
    found = doings.nights(stretches_of(spans), get_default_timezone())
    return sum(length >= timedelta(minutes=rules.night_minutes) for length in found.values())


def _of_times(spans: Sequence[CreditSpan], rules: ReviewRules) -> dict[str, int]:
    rest, limit = timedelta(hours=rules.rest_hours), timedelta(hours=rules.restless_hours)
    restless = doings.without_rest(stretches_of(spans), rest, limit)
    by_night = nights_of(spans, rules)
    return {
        "around_clock": len(restless),
        "around_clock_s": round(max(restless, default=timedelta(0)).total_seconds()),
        "nights": by_night if by_night > rules.nights else 0,
    }


def stays_of(spans: Iterable[CreditSpan]) -> list[doings.Stay]:
    """One a camera session that has credit."""
    found: dict[int, list[CreditSpan]] = defaultdict(list)
    for span in spans:
        found[span.session.camera_session_id].append(span)
    return [
        doings.Stay(
            min(span.started_at for span in group),
            max(span.ended_at for span in group),
            group[0].session.camera_session.ip or "",
        )
        for group in found.values()
    ]


def turns_of(sittings: Iterable[Sat], around: Surroundings, within: timedelta) -> int:
    """How often somebody else took a turn at a device between two of this person's."""
    mine: dict[str, set[datetime]] = defaultdict(set)
    for sat in sittings:
        mine[sat.session.camera_session.device].add(sat.session.camera_session.opened_at)
    others: dict[str, list[datetime]] = defaultdict(list)
    for one in around.neighbours:
        others[one.device].append(one.opened_at)
    return sum(doings.turns(sorted(mine[device]), found, within) for device, found in others.items())


def _of_places(
    sittings: list[Sat], spans: Sequence[CreditSpan], around: Surroundings, rules: ReviewRules
) -> dict[str, int]:
    taken = turns_of(sittings, around, timedelta(minutes=rules.turn_minutes))
    people = len(around.people)
    moved = doings.switches(stays_of(spans), timedelta(minutes=rules.far_minutes))
    return {
        "device_turns": taken if taken >= rules.turns else 0,
        "shared_device": people if people >= rules.shared_device_people else 0,
        "shared_address": int(around.same_address >= rules.shared_address_people),
        "far_switches": moved if moved >= rules.far_switches else 0,
    }


def answers_of(checks: Iterable[PresenceCheck]) -> list[doings.Answer]:
    """Only the first answer to a question tells how long it took: the next one stands open until the same moment."""
    seen: set[tuple[int, datetime]] = set()
    found = []
    for check in checks:
        asked = (check.session_id, check.answer_by)
        opened = check.answer_by - timedelta(milliseconds=check.session.answer_ms)
        found.append(doings.Answer(check.right, check.in_time, None if asked in seen else check.answered_at - opened))
        seen.add(asked)
    return found


def _of_answers(checks: Iterable[PresenceCheck], rules: ReviewRules) -> dict[str, int]:
    answers = answers_of(checks)
    limit = timedelta(milliseconds=rules.fast_answer_ms)
    return {
        "wrong_answers": doings.wrong(answers, rules.answers_least, rules.wrong_percent),
        "fast_answers": doings.too_fast(answers, limit, rules.answers_least, rules.fast_percent),
    }
