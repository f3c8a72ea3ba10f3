"""The liveness check, replayed from recorded landmarks with an injected clock."""

import itertools
import json
import random
from pathlib import Path

import numpy as np
import pytest

from proctoring.liveness import Judge, Seen, draw_challenge
from proctoring.motion import ACTIONS, TURNS
from proctoring.rules import ProctoringRules, with_longer_limits

RULES = ProctoringRules()
LONGER = with_longer_limits(RULES)
STEP_S = 0.1
SERIES = {
    name: [None if row is None else np.array(row, np.float32).reshape(68, 2) for row in rows]
    for name, rows in json.loads((Path(__file__).parent / "data" / "landmarks.json").read_text()).items()
}
ORDERS = [list(order) for order in itertools.permutations(ACTIONS, 3) if set(order) & set(TURNS)]


class Person:
    """Plays a recording for the action being asked for; `answer` may choose another one, `late_s` waits before it,
    `pace` stretches it."""

    def __init__(self, late_s=0.2, pace=1.0, answer=lambda action: action):
        self.late_s, self.pace, self.answer = late_s, pace, answer
        self.clip, self.began = None, 0.0

    def ask(self, action, at):
        self.clip, self.began = SERIES[self.answer(action)], at + self.late_s

    def look(self, at):
        if self.clip is not None and at >= self.began:
            frame = int((at - self.began) / self.pace / STEP_S + 1e-6)
            if frame < len(self.clip):
                return self.clip[frame]
            self.clip = None
        still = SERIES["neutral"]
        return still[int(at / STEP_S) % len(still)]


def hold(actions, person, rules=RULES, watch=lambda at, points: (1, points)):
    """Run a whole check; the code it ends with (`passed` when all was done) and the action that failed."""
    judge, at = Judge(list(actions), rules), 100.0
    while at < 160:
        faces, points = watch(at, person.look(at))
        events = judge.see(Seen(at, faces, points))
        events += judge.deadline(at)
        for event in events:
            if event.kind == "failed":
                return event.code, event.action
            if event.kind == "finished":
                return "passed", ""
            if event.kind == "prompt":
                judge.prompted(at + 0.03)
                person.ask(event.action, at + 0.03)
        at = round(at + STEP_S, 3)
    return "never ended", ""


@pytest.mark.parametrize("actions", ORDERS, ids="-".join)
def test_an_honest_person_passes_in_every_order(actions):
    assert hold(actions, Person()) == ("passed", "")


@pytest.mark.parametrize("late_s", [0.0, 0.4, 0.7])
def test_a_person_who_needs_a_moment_still_passes(late_s):
    assert {hold(order, Person(late_s=late_s)) for order in ORDERS} == {("passed", "")}


class Print:
    """A waved photo: its recording runs on, whatever is asked."""

    def __init__(self, offset):
        self.offset = offset

    def ask(self, action, at):
        pass

    def look(self, at):
        clip = SERIES["photo_attack"]
        return clip[int(at / STEP_S + self.offset) % len(clip)]


def test_a_waved_photo_never_passes():
    outcomes = [hold(order, Print(offset))[0] for order in ORDERS for offset in range(0, 100, 7)]
    assert "passed" not in outcomes
    assert len(outcomes) == len(ORDERS) * 15


@pytest.mark.parametrize("rules", [RULES, LONGER], ids=["usual limits", "longer limits"])
def test_a_waved_photo_passes_none_of_a_hundred_random_challenges(rules):
    rng, previous, outcomes = random.Random(100), None, []
    for _ in range(100):
        previous = draw_challenge(rng, previous, rules)
        outcomes.append(hold(previous, Print(rng.randrange(100)), rules)[0])
    assert len(outcomes) == 100
    assert "passed" not in outcomes


@pytest.mark.parametrize("asked", ACTIONS)
@pytest.mark.parametrize("shown", ACTIONS)
def test_each_clip_triggers_its_own_action_and_no_other(shown, asked):
    """Only the action itself is done; whatever else is shown ends the check at it."""
    rest = [action for action in ("left", "right", "nod") if action != asked][:2]
    person = Person(answer=lambda action: shown if action == asked else action)
    code, failed = hold([asked, *rest], person)
    assert (code, failed) == ("passed", "") if shown == asked else (failed == asked and code != "passed")


def test_a_photo_held_still_never_passes():
    still = SERIES["neutral"][0]
    for order in ORDERS:
        assert hold(order, Person(), watch=lambda at, points: (1, still)) == ("liveness.not_seen", order[0])


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_recording_of_the_right_actions_in_another_order_fails(order):
    wrong = dict(zip(order, order[1:] + order[:1]))
    code, action = hold(order, Person(answer=wrong.get))
    assert code in {"liveness.wrong_action", "liveness.not_seen", "liveness.not_enough", "liveness.print_suspected"}
    assert action == order[0]


def test_turning_to_the_other_side_says_that_another_action_was_seen():
    assert hold(["left", "blink", "nod"], Person(answer=lambda a: "right")) == ("liveness.wrong_action", "left")


@pytest.mark.parametrize("action", ["left", "right", "mouth", "nod"])
def test_an_action_that_begins_too_late_fails(action):
    order = [action, "blink", "left" if action != "left" else "right"]
    code, failed = hold(order, Person(late_s=2.3))
    assert (code in {"liveness.too_slow", "liveness.not_seen", "liveness.not_enough"}, failed) == (True, action)


def test_a_blink_after_three_seconds_is_not_seen():
    assert hold(["blink", "left", "nod"], Person(late_s=2.9)) == ("liveness.not_seen", "blink")


def test_a_turn_drawn_out_over_more_than_three_seconds_is_too_slow():
    assert hold(["left", "blink", "nod"], Person(pace=3.6)) == ("liveness.too_slow", "left")


def test_a_turn_that_jumps_is_too_fast():
    code, action = hold(["left", "blink", "nod"], Person(pace=0.25))
    assert (code, action) == ("liveness.too_fast", "left")


def test_a_turn_in_two_jerks_is_uneven():
    turn = SERIES["left"]
    jerky = [*turn[:6], *[turn[6]] * 7, *turn[9:]]
    person = Person()
    person.ask = lambda action, at: (setattr(person, "clip", jerky), setattr(person, "began", at + 0.1))
    assert hold(["left", "blink", "nod"], person) == ("liveness.uneven", "left")


def test_leaving_the_picture_fails_after_a_moment():
    gone = hold(["left", "blink", "nod"], Person(), watch=lambda at, p: (0, None) if at > 101 else (1, p))
    assert gone == ("liveness.no_face", "left")


def test_a_short_loss_of_the_face_is_forgiven():
    flicker = hold(
        ["left", "blink", "nod"], Person(), watch=lambda at, p: (0, None) if int(at * 10) % 25 == 0 else (1, p)
    )
    assert flicker == ("passed", "")


def test_a_second_face_ends_the_check():
    crowd = hold(["left", "blink", "nod"], Person(), watch=lambda at, p: (2, p) if at > 101 else (1, p))
    assert crowd == ("liveness.two_faces", "left")


def test_a_face_that_jumps_across_the_picture_has_changed():
    swap = hold(
        ["left", "blink", "nod"], Person(), watch=lambda at, p: (1, p + np.array([250, 0])) if at > 101.2 else (1, p)
    )
    assert swap == ("liveness.face_changed", "left")


def test_a_face_that_grows_from_one_frame_to_the_next_has_changed():
    """Somebody else stepped in at the same place, nearer to the camera."""
    nearer = lambda p: (p - p.mean(0)) * 1.6 + p.mean(0)  # noqa: E731
    swap = hold(["left", "blink", "nod"], Person(), watch=lambda at, p: (1, nearer(p)) if at > 101.2 else (1, p))
    assert swap == ("liveness.face_changed", "left")


def test_who_is_away_for_a_moment_and_returns_elsewhere_has_changed():
    def swap(at, points):
        return (0, None) if 101.2 < at < 101.7 else (1, points + np.array([250, 0])) if at > 101.2 else (1, points)

    assert hold(["left", "blink", "nod"], Person(), watch=swap) == ("liveness.face_changed", "left")


def test_nobody_in_front_of_the_camera_is_told_so():
    assert hold(["left", "blink", "nod"], Person(), watch=lambda at, p: (0, None)) == ("liveness.no_face", "")


def test_someone_who_looks_away_is_asked_to_face_the_camera():
    away = SERIES["left"][13]
    assert hold(["left", "blink", "nod"], Person(), watch=lambda at, p: (1, away)) == ("liveness.not_facing", "")


def test_too_few_pictures_are_blamed_on_the_network():
    judge = Judge(["left", "blink", "nod"], RULES)
    for i in range(RULES.baseline_frames):
        events = judge.see(Seen(100 + i * STEP_S, 1, SERIES["neutral"][i]))
    assert [e.kind for e in events] == ["prompt"]
    judge.prompted(101.0)
    for i in range(5):
        judge.see(Seen(101.1 + i * 0.6, 1, SERIES["neutral"][i]))
    assert [(e.kind, e.code) for e in judge.deadline(104.0)] == [("failed", "liveness.few_frames")]


def test_frames_from_before_the_prompt_do_not_count():
    judge = Judge(["left", "blink", "nod"], RULES)
    for i in range(RULES.baseline_frames):
        judge.see(Seen(100 + i * STEP_S, 1, SERIES["neutral"][i]))
    for i, points in enumerate(SERIES["left"]):  # the whole turn, on its way before the prompt left
        assert judge.see(Seen(100.5 + i * STEP_S, 1, points)) == []
    judge.prompted(103.2)
    assert judge.frames == []


def test_identity_is_looked_at_on_neutral_frames_only():
    judge, person, at, compared = Judge(["left", "mouth", "nod"], RULES), Person(), 100.0, []
    while judge.state != "over" and at < 140:
        points = person.look(at)
        for event in judge.see(Seen(at, 1, points)):
            if event.kind == "identify":
                compared.append(float(np.abs(points - SERIES["neutral"][0]).mean()))
            if event.kind == "prompt":
                judge.prompted(at)
                person.ask(event.action, at)
        at = round(at + STEP_S, 3)
    assert 3 <= len(compared) <= 5
    assert max(compared) < 8  # pixels from the neutral pose; a turned head is 20 and more away


def test_challenges_always_have_a_turn_and_never_repeat():
    rng, previous, seen = random.Random(7), None, set()
    for _ in range(2000):
        actions = draw_challenge(rng, previous, RULES)
        assert len(set(actions)) == 3
        assert set(actions) & set(TURNS)
        assert actions != previous
        seen.add(tuple(actions))
        previous = actions
    assert len(seen) == len(ORDERS)


def bunched(actions, person, rng, jitter_s):
    """A check whose frames are taken every 100 ms and arrive in order, each up to `jitter_s` late."""
    judge, taken, arrived = Judge(list(actions), RULES), 100.0, 0.0
    while taken < 160:
        arrived = max(arrived + 0.004, taken + rng.random() * jitter_s)
        points = person.look(taken)
        for event in [*judge.see(Seen(arrived, 1, points)), *judge.deadline(arrived)]:
            if event.kind == "failed":
                return event.code
            if event.kind == "finished":
                return "passed"
            if event.kind == "prompt":
                judge.prompted(arrived + 0.03)
                person.ask(event.action, arrived + 0.05)
        taken = round(taken + STEP_S, 3)
    return "never ended"


@pytest.mark.parametrize("jitter_s", [0.05, 0.1, 0.2])
def test_a_network_that_bunches_frames_blames_nobody_and_helps_no_photo(jitter_s):
    rng = random.Random(jitter_s)
    honest = [bunched(order, Person(late_s=0.2), rng, jitter_s) for order in ORDERS]
    assert honest == ["passed"] * len(ORDERS)
    photos = [bunched(order, Print(rng.randrange(100)), rng, jitter_s) for order in ORDERS]
    assert "passed" not in photos


SLOW = {"late_s": 1.2, "pace": 2.2}  # begins late, and moves less than half as fast


def test_somebody_slow_fails_by_the_usual_limits_and_passes_by_the_longer_ones():
    orders = [order for order in ORDERS if "blink" not in order]
    assert "passed" not in {hold(order, Person(**SLOW))[0] for order in orders}
    assert {hold(order, Person(**SLOW), LONGER) for order in ORDERS} == {("passed", "")}


def test_longer_limits_change_times_only():
    assert (LONGER.action_s, LONGER.neutral_wait_s, LONGER.blink_s) == (7.5, 20.0, 2.0)
    for name in ("turn", "mouth", "nod", "blink_closed", "blink_eye_mouth", "actions", "dlib_pass", "onnx_pass"):
        assert getattr(LONGER, name) == getattr(RULES, name)


def test_the_progress_of_an_action_grows_in_fifths_until_it_is_reached():
    judge, told = Judge(["left", "blink", "nod"], RULES), []
    for i in range(RULES.baseline_frames):
        judge.see(Seen(100 + i * STEP_S, 1, SERIES["neutral"][i]))
    assert judge.progress == 0.0
    judge.prompted(100.5)
    for i, points in enumerate(SERIES["left"]):
        judge.see(Seen(100.6 + i * STEP_S, 1, points))
        if judge.state == "acting":
            told.append(judge.progress)
    assert told == sorted(told)
    assert {0.0, 0.4, 1.0} <= set(told) <= {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}
