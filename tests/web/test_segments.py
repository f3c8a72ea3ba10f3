"""Addresses of segments, asked of Django itself and of a real nginx with the deployed files: who gets which byte."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now
from websockets.sync.client import ClientConnection, connect

from config.processes import wait_until
from learning.errors import CannotStudy
from learning.signing import file_of, segment_base, segment_query
from tests.support.clip import two_renditions
from tests.support.live import daphne
from tests.support.nginx import Nginx, nginx
from tests.support.raw_http import Answer, ask
from tests.support.study import Study, make_study, postgres_now
from tests.support.study_page import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "lingzhu.localhost"
BAD, EXPIRED = "study.bad_signature", "study.address_expired"


@dataclass
class Door:
    """Where a browser asks, and the sitting it asks for."""

    kind: str
    port: int
    study: Study
    cookie: str
    folder: Path
    proxy: Nginx | None = None

    @property
    def base(self) -> str:
        return segment_base(self.study.session.uuid, self.folder.name)

    def query(self, index: int, *, left_s: int = 180, browser: str = "") -> str:
        return segment_query(
            self.study.session.uuid, self.folder.name, index, browser or self.cookie, now().timestamp(), left_s
        )

    def address(self, index: int = 0, *, rendition: str = "v0", left_s: int = 180) -> str:
        return f"{self.base}{rendition}/{file_of(index)}{self.query(index, left_s=left_s)}"

    def get(self, path: str, *, cookie: str | None = None, host: str = HOST, **headers: str) -> Answer:
        sent = self.cookie if cookie is None else cookie
        return ask(self.port, path, host=host, cookie=sent and f"sessionid={sent}", **headers)

    def told(self, path: str, **how: Any) -> tuple[int, str]:
        answer = self.get(path, **how)
        return answer.status, answer.code

    def socket(self, **how: Any) -> ClientConnection:
        host = how.get("host", HOST)
        return connect(
            f"ws://{host}/ws/study/{self.study.session.uuid}/",
            sock=socket.create_connection(("127.0.0.1", self.port)),
            origin=how.get("origin", f"http://{host}"),
            additional_headers={"Cookie": f"sessionid={self.cookie}"},
            proxy=None,
            open_timeout=20,
        )


def begun(institution: Any, folder: str) -> Study:
    from learning.models import Media

    study = make_study(institution, folder=folder)
    both = [{"name": name, "width": 160, "height": 90, "bandwidth": 100_000} for name in ("v0", "v1")]
    Media.objects.filter(lessons__in=study.lessons).update(renditions=both)
    study.open_camera(at=postgres_now() - timedelta(minutes=1))
    study.open(at=postgres_now())
    return study


@pytest.fixture
def folders() -> tuple[Path, Path]:
    return two_renditions("two-1"), two_renditions("two-2")


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any, folders: Any) -> Iterator[Study]:
    with in_tenant(lingzhu):
        yield begun(lingzhu, "two")


@pytest.fixture(params=["django", "nginx"])
def door(request: Any, study: Study, lingzhu: Any, folders: Any, tmp_path: Path) -> Iterator[Door]:
    cookie = cookie_of(study, lingzhu)
    with ExitStack() as stack:
        if request.param == "django":
            page = stack.enter_context(daphne())
            yield Door("django", page.port, study, cookie, folders[0])
        else:
            pages = stack.enter_context(daphne(serve="http", proxied=True, ZHUXUE_ACCEL="/_courseware/"))
            lines = stack.enter_context(daphne(serve="sockets", proxied=True))
            proxy = stack.enter_context(nginx(tmp_path / "nginx", pages=[pages.port], sockets=[lines.port]))
            yield Door("nginx", proxy.port, study, cookie, folders[0], proxy)


def test_the_rules_of_addresses_hold(door: Door) -> None:
    """One start of the servers for all of them: it costs more than all the questions together."""
    a_segment_goes_to_the_browser_it_was_signed_for(door)
    no_spelling_of_a_path_reaches_another_file(door)
    a_range_is_206_with_exactly_these_bytes(door)
    if door.kind == "nginx":
        the_study_socket_beats_and_its_addresses_are_good(door)
    after_a_take_over_old_addresses_die(door)
    if door.kind == "nginx":
        nothing_a_visitor_says_of_host_or_address_is_believed(door)
        captions_and_replay_come_when_django_says_so(door)


def a_segment_goes_to_the_browser_it_was_signed_for(door: Door) -> None:
    for rendition, index in (("v0", -1), ("v1", -1), ("v0", 0), ("v1", 0), ("v1", 5)):
        answer = door.get(door.address(index, rendition=rendition))
        assert answer.status == 200, (rendition, index)
        assert answer.body == (door.folder / rendition / file_of(index)).read_bytes()
        assert answer.headers["content-type"] == "video/mp4"
        assert answer.headers["cache-control"] == "private, max-age=600"
        assert answer.headers["x-content-type-options"] == "nosniff"
    good, other = door.address(), begun(door.study.institution, "")
    stranger, elsewhere = cookie_of(other, other.institution), cookie_of(door.study, other.institution)
    sitting, folder = str(door.study.session.uuid), door.folder.name
    refused = {
        "no signature": door.told(good.split("?")[0]),
        "altered signature": door.told(good[:-3] + "AAA"),
        "later expiry": door.told(re.sub(r"e=\d+", "e=9999999999", good)),
        "expiry that is no number": door.told(re.sub(r"e=\d+", "e=x", good)),
        "signature with an expiry in it": door.told(good.replace("&s=", "&s=A,9999999999,")),
        "the next segment": door.told(good.replace("00000.m4s", "00001.m4s")),
        "beyond the edge with what was signed": door.told(good.replace("00000.m4s", "00006.m4s")),
        "init with a segment's": door.told(good.replace("00000.m4s", "init.mp4")),
        "another medium": door.told(good.replace(f"/{folder}/", "/two-2/")),
        "expired": door.told(door.address(left_s=-1)),
        "the person's other browser": door.told(good, cookie=elsewhere),
    }
    expected = dict.fromkeys(refused, (403, BAD)) | {"expired": (403, EXPIRED)}
    assert refused == expected
    for path, refusal in ((good[:-3] + "AAA", "bad_signature"), (door.address(left_s=-1), "address_expired")):
        said = door.get(path).json()
        assert said == {"code": f"study.{refusal}", "message": str(CannotStudy(refusal).message)}
    # Django knows sittings and people, and says so in its own way; nginx knows signatures only.
    foreign = {
        "another sitting": door.told(good.replace(sitting, str(other.session.uuid))),
        "somebody else": door.told(good, cookie=stranger),
        "nobody": door.told(good, cookie=""),
    }
    unknown, away = ((404, "study.not_yours"), (302, "")) if door.kind == "django" else ((403, BAD), (403, BAD))
    assert foreign == {"another sitting": unknown, "somebody else": unknown, "nobody": away}


def no_spelling_of_a_path_reaches_another_file(door: Door) -> None:
    good, base = door.address(), door.base
    query = door.query(0)
    tricks = {
        "rendition that is not there": f"{base}v9/00000.m4s{query}",
        "two digits": f"{base}v10/00000.m4s{query}",
        "upwards": f"{base}v0/../v1/00000.m4s{query}",
        "upwards, encoded": f"{base}v0/%2e%2e/v1/00000.m4s{query}",
        "upwards, slash encoded": f"{base}v0/..%2fv1/00000.m4s{query}",
        "out of the folder": f"{base}../two-1/v0/00000.m4s{query}",
        "folder of dots": good.replace("/two-1/", "/../"),
        "doubled slash": good.replace("/two-1/", "/two-1//"),
        "doubled slash in front": f"/{good}",
        "null byte": good.replace("00000.m4s", "00000.m4s%00"),
        "captions as a part": f"{base}v0/captions.vtt{query}",
        "playlist as a part": f"{base}v0/index.m3u8{query}",
        "the folder itself": f"{base}v0/{query}",
        "behind the part": good.replace("00000.m4s", "00000.m4s/x"),
        "static and out": "/static/../zhuxue/segment_key.conf",
        "static and out, encoded": "/static/%2e%2e/zhuxue/segment_key.conf",
        "static without its slash": "/static../courseware/two-1/captions.vtt",
        "nginx's own": "/_courseware/two-1/v0/00000.m4s",
        "nginx's refusals": "/_refused/bad_signature",
    }
    answers = {name: door.get(path).status for name, path in tricks.items()}
    # Django first adds the slash that a page's address would have, and finds no page either.
    odd = {"null byte": 400} if door.kind == "nginx" else {"nginx's refusals": 301}
    assert answers == dict.fromkeys(tricks, 404) | odd
    assert door.get(good, method="POST").status in {403, 405}
    assert door.get(good).status == 200


def a_range_is_206_with_exactly_these_bytes(door: Door) -> None:
    whole = (door.folder / "v0" / "00000.m4s").read_bytes()
    size = len(whole)
    for asked, first, last in (
        ("0-99", 0, 99),
        ("100-", 100, size - 1),
        ("-50", size - 50, size - 1),
        ("5-999999999", 5, size - 1),
    ):
        answer = door.get(door.address(), range=f"bytes={asked}")
        assert (answer.status, answer.headers["content-range"]) == (206, f"bytes {first}-{last}/{size}")
        assert answer.body == whole[first : last + 1]
    behind = door.get(door.address(), range=f"bytes={size}-")
    assert (behind.status, behind.headers["content-range"]) == (416, f"bytes */{size}")
    assert door.get(door.address(), range="bytes=9-1").status in {200, 416}


def after_a_take_over_old_addresses_die(door: Door) -> None:
    good, short = door.address(), door.address(left_s=2)
    door.study.open_camera(at=postgres_now())  # another page: the same one would only go on
    door.study.open(at=postgres_now())
    door.study.session = door.study.sittings[0]
    if door.kind == "django":
        assert door.told(good) == (403, "study.taken_over")
    else:  # nginx asks nobody: what was signed stays readable for as long as it was signed for, and not longer
        assert door.told(good)[0] == 200
        assert wait_until(lambda: door.told(short) == (403, EXPIRED), 10, every_s=0.2)
    door.study.session = door.study.sittings[-1]


def captions_and_replay_come_when_django_says_so(door: Door) -> None:
    study = door.study
    captions = door.get(f"/study/sessions/{study.session.uuid}/captions.vtt")
    assert (captions.status, captions.headers["content-type"]) == (200, "text/vtt; charset=utf-8")
    assert captions.body == (door.folder / "captions.vtt").read_bytes()
    assert "x-accel-redirect" not in captions.headers
    replay = f"/study/{study.enrolment.uuid}/lessons/{study.lessons[0].pk}/v1/00009.m4s"
    assert door.told(replay) == (403, "study.beyond_edge")
    complete(study)
    whole = (door.folder / "v1" / "00009.m4s").read_bytes()
    assert door.get(replay).body == whole
    piece = door.get(replay, range="bytes=10-19")
    assert (piece.status, piece.body) == (206, whole[10:20])
    assert piece.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert door.get(replay, cookie="").status == 302


def complete(study: Study) -> None:
    """All hours, lesson by lesson."""
    from learning.services import complete_finished_enrolments

    at = postgres_now() - timedelta(minutes=10)
    study.open_camera(at=at)
    for _lesson in study.lessons:
        study.open(at=at)
        study.beat(at=at)
        for _beat in range(2):
            at += timedelta(seconds=20)
            study.beat(at=at)
    complete_finished_enrolments(at=now())


def the_study_socket_beats_and_its_addresses_are_good(door: Door) -> None:
    with door.socket() as line:
        hello = json.loads(line.recv(timeout=20))
        line.send(json.dumps({"type": "beat", "seq": hello["seq"], "nonce": hello["nonce"], "playing": True}))
        ack = json.loads(line.recv(timeout=20))
    assert (hello["type"], ack["type"], ack["state"]) == ("hello", "ack", "counting")
    below = f"{hello['base']}v1/"
    assert door.get(f"{below}init.mp4{hello['init']}").status == 200
    assert [door.get(f"{below}{file_of(n)}{query}").status for n, query in enumerate(hello["segments"])] == [200] * 6
    for how, code in (
        ({"origin": "http://evil.example"}, "handshake.foreign_origin"),
        ({"host": "evil.example"}, "handshake.unknown_host"),
    ):
        with door.socket(**how) as line:
            assert json.loads(line.recv(timeout=20))["code"] == code
    assert door.get(f"/ws/study/{door.study.session.uuid}/").status == 404  # no upgrade, no socket process is asked


def nothing_a_visitor_says_of_host_or_address_is_believed(door: Door) -> None:
    from proctoring.models import CameraSession
    from tests.web.test_study_doors import confirm_face

    confirm_face(door.study)
    token = "a" * 32
    lies = dict.fromkeys(("x_forwarded_for", "x_real_ip", "forwarded", "true_client_ip"), "203.0.113.66")
    opened = ask(
        door.port, f"/study/{door.study.enrolment.uuid}/camera/", host=HOST, method="POST",
        cookie=f"sessionid={door.cookie}; csrftoken={token}", x_csrftoken=token, accept="application/json", **lies,
    )  # fmt: skip
    assert opened.status == 201
    assert CameraSession.objects.get(uuid=opened.json()["uuid"]).ip == "127.0.0.1"
    assert door.get("/", host="evil.example").status == 404
    assert door.get("/", host="evil.example", x_forwarded_host=HOST).status == 404
    assert door.get("/", x_forwarded_host="evil.example").status == 200
    page = ask(door.port, "/?q=440106198503120014", host=HOST)
    assert page.headers["x-content-type-options"] == "nosniff"
    assert door.get(f"{door.address()[:-3]}AAA").status == 403
    assert door.proxy is not None
    log = door.proxy.log()
    assert f'"GET {door.base}v0/00000.m4s" 403' in log
    assert '"GET /" 200' in log
    assert "440106198503120014" not in log
    assert "?" not in log
    assert door.cookie not in log
