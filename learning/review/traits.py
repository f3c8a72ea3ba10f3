"""The hints of a case as a few lines of figures, with or without a reason, to be compared with the pictures."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.review import doings, hints
from learning.review.evidence import Evidence
from learning.review.hints import Neighbour, Sat
from learning.review.rules import HINTS, ReviewRules
from learning.traces import NO_SOCKET, UA_CHANGED
from proctoring.passive import is_virtual
from tenants.accounts.devices import label_of, words_of

MOST_NAMES = 5


@dataclass(frozen=True)
class Trait:
    """One line; `is_odd` where a threshold of the ruleset is reached."""

    label: str
    text: str
    is_odd: bool


def traits_of(evidence: Evidence, rules: ReviewRules) -> list[Trait]:
    """All lines, always the same ones. No query."""
    found = hints.hints_of(evidence.spans, evidence.checks, evidence.around, rules)
    odd = {code for code in HINTS if found[code]}
    sittings = hints.sittings_of(evidence.spans)

    def trait(label: str, text: str, *codes: str) -> Trait:
        return Trait(label, text, bool(odd & set(codes)))

    return [
        trait(_("Movements and presses"), _interaction(sittings), "silent", "untouched"),
        trait(_("Page in sight"), _sight(sittings), "hidden"),
        trait(_("Rhythm of the messages"), _rhythm(sittings, rules), "even_rhythm"),
        trait(_("Browser"), _browser(sittings), "automated", "odd_browser", "browser_changed"),
        _camera(sittings),
        trait(_("Devices"), _devices(sittings, evidence, rules), "shared_device", "device_turns"),
        trait(_("Networks"), _networks(sittings, evidence, rules), "shared_address", "far_switches"),
        trait(_("Hours of the day"), _hours_of_day(evidence, rules), "nights", "around_clock"),
        trait(_("Questions on the lesson"), _answers(evidence), "wrong_answers", "fast_answers"),
    ]


def hours_text(seconds: float) -> str:
    """1.5 h; below an hour whole minutes."""
    if seconds < 3600:
        return _("%(m)s min") % {"m": int(seconds // 60)}
    return _("%(n)s h") % {"n": f"{seconds / 3600:.1f}"}


def _interaction(sittings: list[Sat]) -> str:
    traces = [sat.trace for sat in sittings if sat.trace]
    values = {
        "reported": hours_text(sum(trace.reported_s for trace in traces)),
        "credited": hours_text(sum(sat.credited_s for sat in sittings)),
        "moves": sum(trace.moves for trace in traces),
        "presses": sum(trace.presses for trace in traces),
    }
    return _("%(moves)d movements, %(presses)d presses and keys; reported for %(reported)s of %(credited)s") % values


def _sight(sittings: list[Sat]) -> str:
    reported = sum(sat.reported_s for sat in sittings)
    if not reported:
        return _("nothing reported")
    hidden = sum(sat.trace.hidden_s for sat in sittings if sat.trace)
    blurred = sum(sat.trace.blurred_s for sat in sittings if sat.trace)
    return _("out of sight %(hidden)d %% of the time, another window in front %(blurred)d %%") % {
        "hidden": 100 * hidden // reported,
        "blurred": 100 * blurred // reported,
    }


def _rhythm(sittings: list[Sat], rules: ReviewRules) -> str:
    even = [sat.trace for sat in sittings if hints.is_even(sat.trace, rules)]
    if not even:
        return _("as uneven as the study page's")
    values = {"n": len(even), "of": len(sittings), "ms": min(trace.rhythm_ms or 0 for trace in even if trace)}
    return _("too even in %(n)d of %(of)d sittings (deviation down to %(ms)d ms)") % values


def _browser(sittings: list[Sat]) -> str:
    agents = {sat.session.camera_session.user_agent for sat in sittings}
    names = sorted({words_of(label_of(agent)) if agent else _("none named") for agent in agents})
    marks = set().union(*(sat.marks for sat in sittings)) if sittings else set()
    if any(sat.is_automated for sat in sittings):
        marks |= {"headless_agent"}
    words = [text for mark, text in _mark_words().items() if mark in marks]
    return _("; ").join(filter(None, [_(", ").join(names), _(", ").join(words)])) or _("nothing reported")


def _mark_words() -> dict[str, str]:
    return {
        "webdriver": _("remote control is on"),
        "headless_agent": _("run by a program"),
        "no_languages": _("no languages"),
        "no_plugins": _("no plug-ins"),
        "no_window": _("no window"),
        "software_renderer": _("no graphics card"),
        UA_CHANGED: _("another browser than at the camera check"),
        NO_SOCKET: _("without a lasting connection"),
    }


def _camera(sittings: list[Sat]) -> Trait:
    """What the browsers called the cameras, the most used first; said by the page, so a hint."""
    told = Counter(sat.session.camera_session.camera_label for sat in sittings)
    named = [label for label, _times in told.most_common() if label]
    text = _(", ").join(named[:MOST_NAMES]) if named else _("not named")
    return Trait(_("Camera"), text, any(is_virtual(label) for label in named))


def _devices(sittings: list[Sat], evidence: Evidence, rules: ReviewRules) -> str:
    own = len({sat.session.camera_session.device for sat in sittings} - {""})
    said = [ngettext("%(n)d device", "%(n)d devices", own) % {"n": own} if own else _("device not known")]
    if people := evidence.around.people:
        said.append(_("also used by %(names)s") % {"names": _names(people.values())})
    if taken := hints.turns_of(sittings, evidence.around, timedelta(minutes=rules.turn_minutes)):
        said.append(
            ngettext("%(n)d time in turn within the hour", "%(n)d times in turn within the hour", taken) % {"n": taken}
        )
    return _("; ").join(said)


def _names(people: Iterable[list[Neighbour]]) -> str:
    """Who most often, with the institution; the rest as a number."""
    ordered = sorted(people, key=len, reverse=True)
    said = [f"{group[0].name} ({group[0].institution}) ×{len(group)}" for group in ordered[:MOST_NAMES]]
    more = len(ordered) - len(said)
    return _(", ").join([*said, *([_("%(n)d more") % {"n": more}] if more else [])])


def _networks(sittings: list[Sat], evidence: Evidence, rules: ReviewRules) -> str:
    found = {doings.network_of(sat.session.camera_session.ip) for sat in sittings} - {None}
    if not found:
        return _("not known")
    others = evidence.around.same_address
    said = [ngettext("%(n)d network", "%(n)d networks", len(found)) % {"n": len(found)}]
    said.append(
        ngettext("%(n)d other person from the same address", "%(n)d other people from the same address", others)
        % {"n": others}
    )
    if moved := doings.switches(hints.stays_of(evidence.spans), timedelta(minutes=rules.far_minutes)):
        said.append(ngettext("%(n)d quick change", "%(n)d quick changes", moved) % {"n": moved})
    return _("; ").join(said)


def _hours_of_day(evidence: Evidence, rules: ReviewRules) -> str:
    by_night = hints.nights_of(evidence.spans, rules)
    stretches = doings.without_rest(hints.stretches_of(evidence.spans), timedelta(hours=rules.rest_hours), timedelta(0))
    longest = max(stretches, default=timedelta(0)).total_seconds()
    said = [
        _("up to %(hours)s without a rest of %(rest)d hours") % {"hours": hours_text(longest), "rest": rules.rest_hours}
    ]
    if by_night:
        said.append(ngettext("%(n)d night after midnight", "%(n)d nights after midnight", by_night) % {"n": by_night})
    return _("; ").join(said)


def _answers(evidence: Evidence) -> str:
    answers = hints.answers_of(evidence.checks)
    if not answers:
        return _("none were asked")
    after = [answer.after.total_seconds() for answer in answers if answer.after is not None]
    values = {
        "right": sum(answer.right for answer in answers),
        "n": len(answers),
        "late": sum(not answer.in_time for answer in answers),
        "seconds": f"{median(after):.1f}" if after else "—",
    }
    return _("%(right)d of %(n)d right, %(late)d late; answered after %(seconds)s s as a rule") % values
