"""Hints of idling and scripts as pure rules: what a report may say, a rhythm, nights, networks, turns, answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest

from learning.protocol import BadMessage
from learning.review import doings
from learning.review.doings import Answer, Stay
from learning.review.rules import HINTS, Facts, ReviewRules, band_of, reasons_of, risk_of
from learning.review.traits import hours_text
from learning.review.words import reason_text
from learning.rhythm import Rhythm
from learning.traces import is_scripted, report_of
from tests.support.study import BROWSER

RULES = ReviewRules()
PROVINCE = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
BODY = {"reported_s": 300, "moves": 12, "presses": 3, "hidden_s": 0, "blurred_s": 20, "marks": []}


def minutes(start: float, end: float) -> tuple[datetime, datetime]:
    return NOON + timedelta(minutes=start), NOON + timedelta(minutes=end)


def test_a_report_is_what_the_page_counted() -> None:
    report = report_of({**BODY, "marks": ["webdriver", "no_window", "webdriver"]})
    assert (report.reported_s, report.moves, report.presses, report.blurred_s) == (300, 12, 3, 20)
    assert report.marks == ("no_window", "webdriver")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"keys": "secret"}, "study.unknown_field"),
        ({"moves": -1}, "study.malformed"),
        ({"moves": 100_001}, "study.malformed"),
        ({"moves": True}, "study.malformed"),
        ({"moves": "12"}, "study.malformed"),
        ({"reported_s": 3_601}, "study.malformed"),
        ({"hidden_s": 1.5}, "study.malformed"),
        ({"marks": ["ua_changed"]}, "study.malformed"),  # the server's own
        ({"marks": [["webdriver"]]}, "study.malformed"),
        ({"marks": "webdriver"}, "study.malformed"),
    ],
)
def test_anything_else_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(BadMessage) as refused:
        report_of(BODY | change)
    assert refused.value.code == code


def test_a_report_without_one_of_its_fields_is_refused() -> None:
    for name in BODY:
        with pytest.raises(BadMessage):
            report_of({field: value for field, value in BODY.items() if field != name})
    with pytest.raises(BadMessage):
        report_of(None)


@pytest.mark.parametrize(
    ("agent", "scripted"),
    [
        (BROWSER, False),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", False),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/138.0.0.0 Safari/537.36", True),
        ("Mozilla/5.0 (Unknown; Linux) AppleWebKit/538.1 PhantomJS/2.1.1 Safari/538.1", True),
        ("python-requests/2.32", True),
        ("curl/8.5.0", True),
        ("Go-http-client/1.1", True),
        ("", True),
    ],
)  # fmt: skip
def test_a_program_that_names_itself_is_known_by_its_user_agent(agent: str, scripted: bool) -> None:
    assert is_scripted(agent) is scripted


def honest_gap(random: Random) -> float:
    """The page's own jitter, a round trip, and now and then a pause, a press of the button or a lost network."""
    gap = 10 * (0.95 + random.random() * 0.1) + random.expovariate(1 / 0.04)
    if random.random() < 0.03:
        gap = random.choice([random.uniform(0.5, 6), random.uniform(20, 900)])
    return gap


def sat(gap: object, beats: int, random: Random) -> Rhythm:
    rhythm, moment = Rhythm(10), 1000.0
    for _beat in range(beats):
        rhythm.add(moment, playing=random.random() > 0.02)
        moment += gap(random)  # type: ignore[operator]
    return rhythm


def test_of_a_thousand_honest_sittings_none_is_too_even() -> None:
    random = Random(4)
    found = [sat(honest_gap, random.randint(31, 280), random) for _sitting in range(1000)]
    assert [rhythm for rhythm in found if rhythm.beats >= 30 and rhythm.is_worth_noting] == []
    assert min(rhythm.deviation_ms for rhythm in found if rhythm.beats >= 30) > 2 * RULES.rhythm_ms


@pytest.mark.parametrize("period", [10.0, 15.0, 20.0])
def test_a_loop_with_a_fixed_timer_is_too_even(period: float) -> None:
    random = Random(5)
    for _sitting in range(100):
        rhythm = sat(lambda draw: period + draw.expovariate(1 / 0.012), 60, random)
        assert rhythm.is_worth_noting
        assert rhythm.deviation_ms < RULES.rhythm_ms


def test_a_few_beats_and_beats_of_a_paused_video_say_nothing() -> None:
    few, paused = Rhythm(10), Rhythm(10)
    for beat in range(25):
        few.add(1000 + 10 * beat, playing=True)
    for beat in range(100):
        paused.add(1000 + 10 * beat, playing=False)
    assert (few.beats, few.is_worth_noting) == (24, False)
    assert (paused.beats, paused.is_worth_noting) == (0, False)


def test_the_deviation_is_that_of_the_gaps() -> None:
    rhythm, moment = Rhythm(10), 1000.0
    for gap in (0, 9, 11, 9, 11):
        moment += gap
        rhythm.add(moment, playing=True)
    assert (rhythm.beats, rhythm.mean, rhythm.deviation_ms) == (4, 10.0, 1000)


def test_study_around_the_clock_is_a_stretch_without_four_hours_of_rest() -> None:
    rest, limit = timedelta(hours=4), timedelta(hours=20)
    day_and_night = [minutes(60 * hour, 60 * hour + 40) for hour in range(0, 24, 3)]
    assert doings.without_rest(day_and_night, rest, limit) == [timedelta(hours=21, minutes=40)]
    slept = [minutes(60 * hour, 60 * hour + 50) for hour in (*range(0, 11), *range(20, 31))]
    assert doings.without_rest(slept, rest, limit) == []
    assert doings.without_rest(slept, rest, timedelta(0)) == [timedelta(hours=10, minutes=50)] * 2
    assert doings.without_rest([], rest, limit) == []


def test_a_night_is_time_between_midnight_and_five_in_the_province() -> None:
    evening = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)  # 23:30 in Guangzhou
    found = doings.nights([(evening, evening + timedelta(hours=1)), minutes(0, 300)], PROVINCE)
    assert found == {datetime(2026, 3, 3).date(): timedelta(minutes=30)}
    whole = doings.nights([(evening, evening + timedelta(hours=8))], PROVINCE)
    assert whole == {datetime(2026, 3, 3).date(): timedelta(hours=5)}


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        ("113.88.1.2", "113.88.200.9", False),
        ("113.88.1.2", "61.140.3.4", True),
        ("240e:3b7:2c00::1", "240e:3b7:9999::1", False),
        ("240e:3b7:2c00::1", "2408:8256:1::1", True),
        ("113.88.1.2", "240e:3b7:2c00::1", False),  # one line has both
        ("113.88.1.2", "::ffff:113.88.7.7", False),
        ("113.88.1.2", "127.0.0.1", False),
        ("113.88.1.2", "", False),
    ],
)
def test_networks_are_far_when_their_wide_prefixes_differ(one: str, other: str, far: bool) -> None:
    assert doings.are_far(one, other) is far


def test_going_to_and_fro_between_far_networks_within_minutes_is_counted() -> None:
    here, there = "113.88.1.2", "61.140.3.4"
    stays = [Stay(*minutes(20 * n, 20 * n + 19), (here, there)[n % 2]) for n in range(5)]
    assert doings.switches(stays, timedelta(minutes=10)) == 4
    commuting = [Stay(*minutes(0, 60), here), Stay(*minutes(120, 180), there)]
    assert doings.switches(commuting, timedelta(minutes=10)) == 0


def test_people_who_follow_each_other_take_no_turns_but_those_who_alternate_do() -> None:
    def at(*offsets: int) -> list[datetime]:
        return [NOON + timedelta(minutes=offset) for offset in offsets]

    hour = timedelta(minutes=60)
    assert doings.turns(at(0, 50), at(80, 130), hour) == 0
    assert doings.turns(at(0, 40, 80), at(20, 60), hour) == 2
    assert doings.turns(at(0, 300), at(150), hour) == 0


def test_answers_that_are_mostly_wrong_or_always_faster_than_reading() -> None:
    second = timedelta(seconds=1)
    slow_right, wrong_late = Answer(True, True, 8 * second), Answer(False, False, 95 * second)
    fast, again = Answer(True, True, second / 3), Answer(False, True, None)
    assert doings.wrong([slow_right, wrong_late], 3, 50) == 0
    assert doings.wrong([slow_right, wrong_late, wrong_late], 3, 50) == 2
    assert doings.wrong([slow_right, slow_right, again], 3, 50) == 0
    assert doings.too_fast([fast] * 4 + [slow_right, again], second, 3, 80) == 4
    assert doings.too_fast([fast] * 3 + [slow_right], second, 3, 80) == 0
    assert doings.too_fast([fast, fast], second, 3, 80) == 0


def test_no_single_hint_puts_an_honest_habit_in_front() -> None:
    """A night worker in a training room who watches without touching the mouse, on a shared computer."""
    facts = Facts(matches=120, nights=9, untouched=6, untouched_s=45_000, shared_device=12, shared_address=1)
    reasons = reasons_of(facts, RULES)
    assert [reason.code for reason in reasons] == ["shared_device", "untouched", "nights", "shared_address"]
    assert (risk_of(reasons), band_of(risk_of(reasons), RULES)) == (45, "some")


def test_every_hint_has_a_weight_a_fact_and_words() -> None:
    for code in HINTS:
        facts = Facts(matches=1, **{code: 2})
        assert [reason.code for reason in reasons_of(facts, RULES)] == [code]
        text = reason_text(code, 2, 7200)
        assert text != code
        assert "%" not in text


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 分钟"), (359, "5 分钟"), (3599, "59 分钟"), (5400, "1.5 小时")])
def test_less_than_an_hour_is_told_in_minutes(seconds: int, words: str) -> None:
    assert hours_text(seconds) == words
