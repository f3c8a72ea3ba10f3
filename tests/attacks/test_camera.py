"""THREATS, chapter Camera, at the socket: what does not belong is refused, and misuse closes the door."""

import asyncio
import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.tools.cameraman import Page, confirmed_profile, connect, face_worker
from tests.tools.clips import clips_of

FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"
PATIENCE_S = 30
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def obama(cache_folder):
    return clips_of(FACE, cache_folder)


@pytest.fixture
def people(lingzhu, in_tenant, trainee_client, make_user, obama):
    """Two confirmed trainees of one institution: [(session uuid, cookie), …]."""
    from proctoring import services

    found = []
    for _ in range(2):
        client = trainee_client(lingzhu)
        with in_tenant(lingzhu):
            confirmed_profile(client.user, lingzhu, obama, at=timezone.now(), clerk=make_user("何敏"))
            session = services.open_camera_session(client.user, lingzhu, "study", at=timezone.now())
        found.append((session, client.cookies["sessionid"].value))
    return found


async def enter(host, session, cookie, clips):
    socket = connect(session.uuid, host, cookie)
    assert (await socket.connect(timeout=10))[0]
    page = Page(socket, clips)
    await page.until("camera.ready")
    return page


async def replies(page, errors=1):
    """All messages until so many errors were heard, or the socket was closed, and it is quiet after them."""
    heard = []
    while not is_closed(heard) and (len(codes(heard)) < errors or not await page.socket.receive_nothing(0.4, 0.01)):
        output = await page.socket.receive_output(PATIENCE_S)
        heard.append(json.loads(output["text"]) if output["type"] == "websocket.send" else output)
    return heard


def is_closed(heard):
    return bool(heard) and heard[-1]["type"] == "websocket.close"


def codes(messages):
    return [m["code"] for m in messages if m.get("type") == "error"]


def test_frames_that_are_no_frames_are_refused_by_name(people, lingzhu, obama):
    (session, cookie), host = people[0], lingzhu.host
    good = obama.actions["neutral"][0]
    huge = good.replace(b"\xff\xc0\x00\x11\x08\x01\xe0\x02\x80", b"\xff\xc0\x00\x11\x08\x4e\x20\x4e\x20")
    assert huge != good
    bad = {"too long": good + b"\0" * 60_000, "no jpeg": b"GIF89a" + good, "20,000 px": huge, "truncated": good[:5000],
           "empty": b""}  # fmt: skip

    async def attack():
        page = await enter(host, session, cookie, obama)
        await page.socket.send_to(text_data='{"type":"liveness.start"}')
        await page.until("liveness.begin")
        found = {}
        for name, frame in bad.items():
            await page.socket.send_to(bytes_data=page.token + frame)
            found[name] = codes(await replies(page))
        await page.socket.disconnect()
        return found

    with face_worker():
        assert asyncio.run(attack()) == {name: ["camera.bad_frame"] for name in bad}


def test_a_token_of_another_session_or_used_twice_is_refused(people, lingzhu, obama):
    host = lingzhu.host
    frame = obama.actions["neutral"][0]

    async def attack():
        victim = await enter(host, *people[0], obama)
        thief = await enter(host, *people[1], obama)
        await victim.socket.send_to(text_data='{"type":"liveness.start"}')
        await victim.until("liveness.begin")
        await thief.socket.send_to(bytes_data=victim.token + frame)
        stolen = codes(await replies(thief))
        await victim.socket.send_to(text_data='{"type":"liveness.cancel"}')
        old = victim.token
        await victim.socket.send_to(text_data='{"type":"liveness.start"}')
        again = await victim.until("liveness.begin")
        await victim.socket.send_to(bytes_data=old + frame)
        reused = codes(await replies(victim))
        for page in (victim, thief):
            await page.socket.disconnect()
        return stolen, reused, again["token"] != old.hex()

    with face_worker():
        assert asyncio.run(attack()) == (["camera.bad_token"], ["camera.bad_token"], True)


def test_frames_that_come_after_the_challenge_are_refused(people, lingzhu, obama, monkeypatch):
    """What was on its way when it ended is dropped without blame; what comes later is misuse."""
    from proctoring import consumers

    (session, cookie), host = people[0], lingzhu.host
    frame = obama.actions["neutral"][0]

    async def attack():
        page = await enter(host, session, cookie, obama)
        await page.socket.send_to(text_data='{"type":"liveness.start"}')
        await page.until("liveness.begin")
        await page.socket.send_to(bytes_data=page.token + frame)
        await page.until("camera.credit")
        await page.socket.send_to(text_data='{"type":"liveness.cancel"}')
        await page.socket.send_to(bytes_data=page.token + frame)
        forgiven = codes(await replies(page, 0))
        monkeypatch.setattr(consumers, "FORGIVEN_S", 0.0)
        await page.socket.send_to(bytes_data=page.token + frame)
        late = codes(await replies(page))
        await page.socket.disconnect()
        return forgiven, late

    with face_worker():
        assert asyncio.run(attack()) == ([], ["camera.bad_token"])


def test_messages_with_claims_are_refused(people, lingzhu, obama):
    (session, cookie), host = people[0], lingzhu.host
    claims = [
        '{"type":"liveness.start","actions":["blink"]}', '{"type":"liveness.passed"}', '{"verified":true}', "[1]",
        '{"type":"snapshot.resume","distance":0.1}', "not json", '{"type":"liveness.start"}' + " " * 500,
    ]  # fmt: skip

    async def attack():
        page = await enter(host, session, cookie, obama)
        for claim in claims:
            await page.socket.send_to(text_data=claim)
        found = codes(await replies(page, len(claims)))
        await page.socket.disconnect()
        return found

    assert asyncio.run(attack()) == ["camera.bad_message"] * len(claims)


def test_a_thousand_frames_close_the_socket_and_are_an_incident(people, lingzhu, in_tenant, obama):
    from proctoring.models import CameraSession, Incident

    (session, cookie), host = people[0], lingzhu.host

    async def attack():
        page = await enter(host, session, cookie, obama)
        started = time.monotonic()
        for _ in range(1000):
            await page.socket.send_to(bytes_data=b"x" * 16 + obama.actions["neutral"][0])
        heard = await replies(page, 1000)  # until it is closed
        return heard, time.monotonic() - started

    heard, seconds = asyncio.run(attack())
    assert set(codes(heard)) == {"camera.bad_token"}
    assert 19 <= len(codes(heard)) <= 22  # strikes fade with time, and the machine may be slow
    assert heard[-2] == {"type": "camera.expired", "code": "camera.abuse", "resumable": False}
    assert (heard[-1]["type"], heard[-1]["code"]) == ("websocket.close", 4429)
    assert seconds < 5
    with in_tenant(lingzhu):
        assert [i.kind for i in Incident.objects.filter(session=session)] == ["abuse"]
        assert CameraSession.objects.get(pk=session.pk).verified_until is None


def test_more_frames_than_credit_are_refused(people, lingzhu, obama):
    (session, cookie), host = people[0], lingzhu.host

    async def attack():
        page = await enter(host, session, cookie, obama)
        await page.socket.send_to(text_data='{"type":"liveness.start"}')
        await page.until("liveness.begin")
        for _ in range(12):
            await page.socket.send_to(bytes_data=page.token + obama.actions["neutral"][0])
        found = codes(await replies(page, 5))
        await page.socket.disconnect()
        return found

    with face_worker():
        found = asyncio.run(attack())
    assert set(found) == {"camera.no_credit"}
    assert len(found) >= 5


@pytest.mark.parametrize("who", ["another person", "another institution", "nobody"])
def test_somebody_elses_camera_session_does_not_exist(who, people, lingzhu, jiangxin, trainee_client, obama):
    session = people[0][0]
    host, cookie = lingzhu.host, people[1][1]
    if who == "another institution":
        host, cookie = jiangxin.host, trainee_client(jiangxin).cookies["sessionid"].value
    if who == "nobody":
        cookie = "x" * 32

    async def attack():
        socket = connect(session.uuid, host, cookie)
        await socket.connect(timeout=10)
        first = json.loads(await socket.receive_from(5))
        closed = await socket.receive_output(5)
        return first["code"], closed["code"]

    code = "handshake.signed_out" if who == "nobody" else "camera.closed"
    assert asyncio.run(attack()) == (code, 4403)


def test_a_snapshot_that_is_the_reference_photo_itself_is_an_incident(people, lingzhu, in_tenant, obama):
    """The stored reference sent back, and one picture posted for ever: evidence for the review."""
    from proctoring import queries, supervision, vault
    from proctoring.engine.frames import decode, fingerprint
    from proctoring.models import Incident
    from proctoring.outcomes import Sighting

    session, at = people[0][0], timezone.now()
    with in_tenant(lingzhu):
        reference = vault.get(queries.photos_of(queries.profile_of(session.user))["portrait"])
        for number, picture in enumerate((reference, obama.actions["neutral"][0], obama.actions["neutral"][1])):
            seen, moment = Sighting("match", "dlib", 0.2, fingerprint(decode(picture, 10**7)[1])), at + MINUTE * number
            supervision.record_snapshot(session, seen, picture=picture, requested_at=moment, at=moment)
        kinds = list(Incident.objects.filter(session=session).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["repeated_frame", "repeated_frame"]


def test_giving_up_until_a_wanted_sequence_is_drawn_uses_up_the_attempts(people, lingzhu, in_tenant, obama):
    from proctoring import queries, supervision
    from proctoring.errors import TooManyAttempts
    from proctoring.rules import ProctoringRules

    session, at = people[0][0], timezone.now()
    with in_tenant(lingzhu):
        for _ in range(ProctoringRules().attempts_per_day):
            supervision.begin_attempt(session, at=at)
        with pytest.raises(TooManyAttempts):
            supervision.begin_attempt(session, at=at)
        assert queries.attempts_today(session.user, at) == ProctoringRules().attempts_per_day


def test_the_reference_shown_by_a_virtual_camera_matches_too_well(people, lingzhu, in_tenant, obama):
    """Moved, scaled, noisy, encoded again: no fingerprint finds it, its embedding does; a real look does not."""
    import cv2
    import numpy as np

    from proctoring import consumers, supervision
    from proctoring.examine import local_engine
    from proctoring.models import Incident
    from proctoring.sitting import look_at_snapshot
    from proctoring.vectors import open_known
    from tests.tools.clips import jpeg

    photo = cv2.imdecode(np.frombuffer(obama.portrait, np.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(photo, (380, 460), interpolation=cv2.INTER_AREA)
    screen = np.full((480, 640, 3), 60, np.uint8)
    screen[10:470, 150:530] = small
    noise = np.random.default_rng(1).normal(0, 3, screen.shape)
    replayed = jpeg(np.clip(screen + noise, 0, 255).astype(np.uint8))
    session, at = people[0][0], timezone.now()
    with in_tenant(lingzhu):
        _session, rules, packed = consumers.load(session.uuid, session.user, at)
        known = open_known(packed, local_engine().edition.label)
        for frame in (obama.actions["neutral"][3], replayed):
            seen, picture = look_at_snapshot(local_engine(), [frame], known, rules)
            supervision.record_snapshot(session, seen, picture=picture, requested_at=at, at=at)
        shots = list(session.snapshots.order_by("pk").values_list("outcome", flat=True))
        incidents = list(Incident.objects.filter(session=session).values_list("kind", "snapshot__pk"))
        newest = session.snapshots.order_by("pk").last().pk
    assert (shots, incidents) == (["match", "match"], [("too_perfect", newest)])


def noisy(frame, seed, sigma=7):
    """The same picture with noise, encoded again: its bytes and every pixel differ."""
    import cv2
    import numpy as np

    from tests.tools.clips import jpeg

    picture = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_COLOR)
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return jpeg(np.clip(picture + noise, 0, 255).astype(np.uint8))


def test_the_same_picture_with_noise_is_an_incident_and_stops_nothing(people, lingzhu, in_tenant, obama):
    """What the worker measures is compared with what was kept; the frame still matches, so the session goes on."""
    from proctoring import consumers, supervision
    from proctoring.examine import local_engine
    from proctoring.models import Incident
    from proctoring.sitting import look_at_snapshot
    from proctoring.vectors import open_known

    session, at = people[0][0], timezone.now()
    honest, again = obama.actions["neutral"][3], noisy(obama.actions["neutral"][3], seed=5)
    with in_tenant(lingzhu):
        _session, rules, known = consumers.load(session.uuid, session.user, at)
        engine = local_engine()
        for number, frame in enumerate((honest, obama.actions["left"][14], again)):
            seen, picture = look_at_snapshot(engine, [frame], open_known(known, engine.edition.label), rules)
            moment = at + MINUTE * number
            shot = supervision.record_snapshot(session, seen, picture=picture, requested_at=moment, at=moment)
            assert (shot.outcome in supervision.HOLDS, len(shot.details["apart"])) == (True, 2)
        first = session.snapshots.order_by("pk").first()
        found = Incident.objects.get(session=session)
        assert found.kind in ("near_duplicate", "repeated_frame")
        assert (found.snapshot, found.data["twin"]) == (shot, str(first.uuid))
        session.refresh_from_db()
        assert session.expired_code == ""


def test_a_face_like_the_portrait_and_unlike_the_id_photo_is_an_incident(people, lingzhu, in_tenant, obama):
    from proctoring import supervision
    from proctoring.models import Incident
    from proctoring.outcomes import Sighting

    session, at = people[0][0], timezone.now()
    with in_tenant(lingzhu):
        for number, apart in enumerate(([0.31, 0.28], [0.58, 0.30])):
            seen = Sighting("match", "dlib", 0.3, evidence={"apart": apart})
            moment = at + MINUTE * number
            supervision.record_snapshot(session, seen, picture=None, requested_at=moment, at=moment)
        assert [(i.kind, i.data["apart"]) for i in Incident.objects.filter(session=session)] == [
            ("unlike_id_photo", [0.58, 0.30])
        ]


def told(label):
    return {"label": label, "width": 640, "height": 480, "rate": 30, "cameras": 1}


def test_a_virtual_camera_is_a_hint_and_what_a_page_says_of_it_is_bounded(
    people, lingzhu, jiangxin, in_tenant, trainee_client, obama
):
    from proctoring.models import CameraSession, Incident
    from tests.support import people as cast

    (session, _cookie), stranger = people[0], trainee_client(jiangxin)
    client = cast.signed_in(session.user, lingzhu)
    address = f"/camera/session/{session.uuid}/camera/"

    def tell(message, by=client):
        return by.post(address, message, content_type="application/json").status_code

    assert [tell(told("OBS Virtual Camera")), tell(told("OBS Virtual Camera")), tell(told("x" * 5000))] == [
        204,
        204,
        400,
    ]
    bad = [told("HD") | {"verified": True}, [], {"label": "HD"}, told(3), told("HD") | {"width": "9"}]
    assert {tell(message) for message in bad} == {400}
    assert tell(told("HD"), by=stranger) in (403, 404, 409)
    with in_tenant(lingzhu):
        kept = CameraSession.objects.get(pk=session.pk)
        assert (kept.camera_label, kept.camera_details["rate"]) == ("OBS Virtual Camera", 30)
        assert [i.kind for i in Incident.objects.filter(session=session)] == ["virtual_camera"]


def test_no_address_gives_a_trainee_a_picture_of_a_face(people, lingzhu, in_tenant, obama):
    """Every address of the camera, asked for with the uuids of one's own rows: nothing answers with a picture."""
    from proctoring import consumers, supervision
    from proctoring.examine import local_engine
    from proctoring.models import FacePhoto, Snapshot
    from proctoring.sitting import look_at_snapshot
    from proctoring.urls import urlpatterns
    from proctoring.vectors import open_known
    from tests.support import people as cast

    (session, _cookie), at, engine = people[0], timezone.now(), local_engine()
    with in_tenant(lingzhu):
        _session, rules, known = consumers.load(session.uuid, session.user, at)
        seen, picture = look_at_snapshot(
            engine, [obama.actions["neutral"][3]], open_known(known, engine.edition.label), rules
        )
        supervision.record_snapshot(session, seen, picture=picture, requested_at=at, at=at)
        rows = {
            "photo": FacePhoto.objects.filter(profile__user=session.user).first(),
            "snapshot": Snapshot.objects.get(),
        }
        assert all(row.frame and row.thumb for row in rows.values())
    client = cast.signed_in(session.user, lingzhu)
    asked = set()
    for pattern in urlpatterns:
        for kind, row in rows.items():
            route = str(pattern.pattern).replace("<str:kind>", kind).replace("<uuid:row>", str(row.uuid))
            route = route.replace("<uuid:session>", str(session.uuid)).replace("<str:version>", "2026-01")
            answer = client.get(f"/camera/{route}")
            asked.add(pattern.name)
            assert not answer.get("Content-Type", "").startswith("image/"), route
            assert b"\xff\xd8\xff" not in answer.content
            if "evidence" in route:
                assert answer.status_code == 403
    assert {"evidence", "thumbnail", "look", "save_photo"} <= asked
