"""Every websocket route with every wrong pair of host, origin, session and id: one refusal, nothing of the others."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from channels.testing import WebsocketCommunicator

from tenants.consumers import TenantConsumer
from tests.support import people
from tests.support.exam import STUDIED_AT
from tests.support.guard_walk import NOBODY
from tests.support.study import make_study

pytestmark = pytest.mark.usefixtures("committed")


def socket_routes() -> list[Any]:
    from learning.routing import websocket_urlpatterns as study
    from proctoring.routing import websocket_urlpatterns as camera

    return [*camera, *study]


def first_word(path: str, host: str, cookie: str, origin: str | None = None) -> dict[str, Any]:
    """What the socket says first, without the asked id; `closed` when it says nothing."""
    from config.asgi import application

    async def talk() -> dict[str, Any]:
        headers = [
            (b"host", host.encode()),
            (b"origin", f"http://{origin or host}".encode()),
            (b"cookie", f"sessionid={cookie}".encode()),
        ]
        socket = WebsocketCommunicator(application, path, headers=headers)
        connected, code = await socket.connect(timeout=10)
        said = json.loads(await socket.receive_from(timeout=10)) if connected else {"closed": code}
        await socket.disconnect()
        return said

    return asyncio.run(talk())


@pytest.fixture
def there(jiangxin, in_tenant):
    """Somebody's open study and camera at another institution."""
    with in_tenant(jiangxin):
        study = make_study(jiangxin, user=people.make_user("邹某"))
        study.open_camera(at=STUDIED_AT, minutes=60)
        study.open(at=STUDIED_AT)
    return study


def paths(study: Any) -> dict[str, str]:
    return {"camera": f"/ws/camera/{study.camera.uuid}/", "study": f"/ws/study/{study.session.uuid}/"}


def cookie_of(user: Any, institution: Any) -> str:
    return people.signed_in(user, institution).cookies["sessionid"].value


def test_the_guard_knows_every_socket_route_of_the_application(db):
    from config.asgi import application

    served = application.application_mapping["websocket"].router.routes
    assert [str(route.pattern) for route in served] == [str(route.pattern) for route in socket_routes()]
    assert [str(route.pattern) for route in served] == ["ws/camera/<uuid:session>/", "ws/study/<uuid:session>/"]


def test_every_consumer_shakes_hands_the_one_way(db):
    for route in socket_routes():
        consumer = route.callback.consumer_class
        assert issubclass(consumer, TenantConsumer), route
        assert "connect" not in vars(consumer), f"{consumer} would accept before the handshake"


@pytest.mark.parametrize("room", ["camera", "study"])
def test_a_foreign_id_is_answered_as_one_that_nobody_has(there, lingzhu, jiangxin, room):
    """For a stranger at another institution, a stranger at the same one, and the person's own session elsewhere."""
    path = paths(there)[room]
    unknown = path.replace(str(getattr(there, {"camera": "camera", "study": "session"}[room]).uuid), NOBODY)
    stranger = people.make_user("生人")
    for who, where in ((stranger, lingzhu), (stranger, jiangxin), (there.user, lingzhu)):
        cookie = cookie_of(who, where)
        said = first_word(path, where.host, cookie)
        assert said == first_word(unknown, where.host, cookie)
        assert said["type"] == "error"
        assert "邹某" not in json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize("room", ["camera", "study"])
def test_ones_own_id_is_answered_otherwise_so_the_above_means_something(there, jiangxin, room):
    path = paths(there)[room]
    cookie = cookie_of(there.user, jiangxin)
    own = first_word(path, jiangxin.host, cookie)
    other = first_word(path.replace(path.split("/")[3], str(uuid4())), jiangxin.host, cookie)
    assert own != other


@pytest.mark.parametrize("room", ["camera", "study"])
@pytest.mark.parametrize(
    ("host", "origin", "code"),
    [
        ("lingzhu.test", "lingzhu.test", "handshake.signed_out"),
        ("jiangxin.test", "lingzhu.test", "handshake.foreign_origin"),
        ("jiangxin.test", "jiangxin.test.evil.example", "handshake.foreign_origin"),
        ("jiangxin.test", "null", "handshake.foreign_origin"),
        ("nobody.example", "nobody.example", "handshake.unknown_host"),
    ],
)
def test_the_session_of_one_host_opens_no_socket_at_another(there, jiangxin, room, host, origin, code):
    said = first_word(paths(there)[room], host, cookie_of(there.user, jiangxin), origin)
    assert (said["type"], said["code"]) == ("error", code)


@pytest.mark.parametrize("room", ["camera", "study"])
def test_an_institution_that_lost_a_table_opens_no_socket(there, jiangxin, room):
    from django.db import connection

    from tenants import schema_check

    cookie = cookie_of(there.user, jiangxin)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE jiangxin.taggit_tag CASCADE")
    schema_check.forget("jiangxin")
    try:
        said = first_word(paths(there)[room], jiangxin.host, cookie)
    finally:
        schema_check._complete["jiangxin"] = float("inf")
    assert said == {"type": "error", "code": "handshake.unavailable", "message": ""}


@pytest.mark.parametrize("path", ["/ws/", "/ws/camera/", "/ws/study/1/", "/ws/exam/" + NOBODY + "/", "/admin/"])
def test_a_path_that_is_no_socket_is_closed_without_a_word(there, jiangxin, path):
    assert first_word(path, jiangxin.host, cookie_of(there.user, jiangxin)) == {"closed": 4404}
