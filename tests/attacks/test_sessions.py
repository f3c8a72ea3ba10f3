"""A sign-in that has ended opens nothing, by no door; and nobody ends or sees somebody else's."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils.timezone import now

from tenants.accounts import sessions
from tenants.accounts.models import SignedIn
from tests.support import people
from tests.support.study import Study, make_study, postgres_now
from tests.support.study_page import Page, later

COOKIE = settings.SESSION_COOKIE_NAME
WAYS = ("/my/", "/my/security/", "/my/profile/", "/exam/")


def with_cookie(institution: Any, value: str) -> Client:
    """Whoever has kept the cookie."""
    browser = Client(headers={"host": institution.host})
    browser.cookies[COOKIE] = value
    return browser


def end_all(user: Any, why: SignedIn.End = SignedIn.End.ELSEWHERE) -> int:
    return sessions.end_sessions(user, why=why, keep=None, by=user, at=now())


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["signed out", "ended elsewhere", "account closed"])
def test_a_kept_cookie_opens_nothing_after_the_end(lingzhu: Any, trainee_client: Any, how: str) -> None:
    client = trainee_client(lingzhu)
    kept = client.cookies[COOKIE].value
    if how == "signed out":
        client.post("/signin/out/")
    elif how == "ended elsewhere":
        end_all(client.user)
    else:
        type(client.user).objects.filter(pk=client.user.pk).update(is_active=False)
        end_all(client.user, SignedIn.End.CLOSED)
    thief = with_cookie(lingzhu, kept)
    for path in WAYS:
        assert thief.get(path).headers["Location"].startswith("/signin/"), path
    # Trying does not bring it back either.
    assert with_cookie(lingzhu, kept).get("/my/").status_code == 302
    assert not SignedIn.objects.filter(session_key=kept, ended_at=None).exists()


@pytest.mark.django_db
def test_a_request_that_was_under_way_does_not_bring_an_ended_session_back(lingzhu: Any, trainee_client: Any) -> None:
    from django.contrib.sessions.backends.base import UpdateError
    from django.contrib.sessions.backends.db import SessionStore

    client = trainee_client(lingzhu)
    under_way = SessionStore(client.cookies[COOKIE].value)
    under_way["something"] = 1
    end_all(client.user)
    with pytest.raises(UpdateError):
        under_way.save()
    assert client.get("/my/").status_code == 302


@pytest.mark.django_db
def test_somebody_elses_session_does_not_exist(lingzhu: Any, trainee_client: Any) -> None:
    mine, theirs = trainee_client(lingzhu), trainee_client(lingzhu)
    row = SignedIn.objects.get(user=theirs.user)
    uuids = [str(row.uuid), str(uuid4())]
    answers = [mine.post(f"/my/security/sessions/{uuid}/end/") for uuid in uuids]
    assert [answer.status_code for answer in answers] == [404, 404]
    # But for the address and the token of each page, the two answers are one.
    texts = [
        re.sub(r'"csrfmiddlewaretoken" value="\w+"', "", answer.content.decode().replace(uuid, ""))
        for answer, uuid in zip(answers, uuids, strict=True)
    ]
    assert texts[0] == texts[1]
    assert theirs.get("/my/").status_code == 200
    assert str(row.uuid) not in mine.get("/my/security/").content.decode()
    assert mine.post("/my/security/others/end/").status_code == 302
    assert theirs.get("/my/").status_code == 200


@pytest.mark.django_db
def test_no_key_of_a_session_is_ever_on_a_page(lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    people.signed_in(client.user, lingzhu)
    page = client.get("/my/security/").content.decode()
    assert not [row.session_key for row in SignedIn.objects.all() if row.session_key in page]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/my/security/others/end/",
        "/my/security/sessions/{uuid}/end/",
        "/my/security/devices/1/forget/",
        "/my/security/password/",
        "/my/security/phone/old/",
        "/my/security/phone/new/",
        "/my/security/phone/confirm/",
        "/my/security/phone/camera/",
        "/my/security/phone/face/done/",
    ],
)
def test_another_sites_page_cannot_press_a_button(lingzhu: Any, trainee_client: Any, path: str) -> None:
    client = trainee_client(lingzhu)
    strict = Client(enforce_csrf_checks=True, headers={"host": lingzhu.host, "origin": "http://evil.example"})
    strict.cookies = client.cookies
    row = SignedIn.objects.get(user=client.user)
    form = {"old": "Zhuxue2026", "password": "Gongdi2027", "again": "Gongdi2027", "phone": "13900139000"}
    assert strict.post(path.format(uuid=row.uuid), form).status_code == 403
    client.user.refresh_from_db()
    assert client.user.check_password("Zhuxue2026")
    assert client.get("/my/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["others/end/", "sessions/{uuid}/end/", "devices/1/forget/", "phone/camera/"])
def test_nothing_ends_by_following_a_link(lingzhu: Any, trainee_client: Any, path: str) -> None:
    client = trainee_client(lingzhu)
    row = SignedIn.objects.get(user=client.user)
    assert client.get("/my/security/" + path.format(uuid=row.uuid)).status_code == 405
    assert client.get("/my/").status_code == 200


@pytest.mark.django_db
def test_signing_in_again_leaves_no_second_row_for_the_old_key(lingzhu: Any) -> None:
    user = people.make_user()
    browser = people.signed_in(user, lingzhu)
    before = browser.cookies[COOKIE].value
    other = people.make_user("别人")
    from django_tenants.utils import tenant_context

    with tenant_context(lingzhu):
        browser.force_login(other, backend="tenants.roles.backends.TenantBackend")
    assert sessions.live_sessions(other, at=now()).count() == 1
    assert sessions.live_sessions(user, at=now()).count() <= 1
    assert browser.cookies[COOKIE].value != before


# --- sockets --------------------------------------------------------------------------------------------------------

sockets = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_scope(lingzhu: Any, in_tenant: Any) -> Any:
    def run(function: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            with in_tenant(lingzhu):
                return function(*args, **kwargs)
        finally:
            connections.close_all()

    return sync_to_async(run)


def sitting(lingzhu: Any, user: Any = None) -> tuple[Study, str]:
    """A study session under a camera that was opened in the browser with this cookie."""
    study = make_study(lingzhu, user=user)
    cookie = people.signed_in(study.user, lingzhu).cookies[COOKIE].value
    study.open_camera(at=postgres_now() - timedelta(minutes=2))
    study.camera.signed_in = SignedIn.objects.get(session_key=cookie)
    study.camera.user_agent = ""  # as the sockets of these tests: from another browser a new check would be due
    study.camera.save()
    study.open(at=postgres_now())
    return study, cookie


@pytest_asyncio.fixture
async def _no_connection_stays() -> Any:
    yield
    from learning.beats import batcher

    await batcher().close()


@sockets
@pytest.mark.asyncio
@pytest.mark.usefixtures("_no_connection_stays")
async def test_an_open_study_socket_is_refused_at_its_next_beat_and_earns_nothing(lingzhu: Any, in_scope: Any) -> None:
    study, cookie = await in_scope(sitting, lingzhu)
    page = Page(study, cookie)
    await page.open()
    await page.beat()
    await in_scope(later, study, 10)
    assert await in_scope(end_all, study.user) == 1
    refused = await page.beat()
    assert (refused["code"], refused["fatal"]) == ("study.signed_out", True)
    assert await page.closed_with() == 4403
    again = Page(study, cookie)
    assert (await again.open())["code"] == "handshake.signed_out"
    assert await in_scope(study.credited_ms) == 0


@sockets
@pytest.mark.asyncio
@pytest.mark.usefixtures("_no_connection_stays")
async def test_ending_another_device_does_not_interrupt_the_lesson_here(lingzhu: Any, in_scope: Any) -> None:
    study, cookie = await in_scope(sitting, lingzhu)
    await in_scope(people.signed_in, study.user, lingzhu)

    def end_others() -> int:
        return sessions.end_sessions(study.user, why=SignedIn.End.ELSEWHERE, keep=cookie, by=study.user, at=now())

    page = Page(study, cookie)
    await page.open()
    await page.beat()
    await in_scope(later, study, 10)
    assert await in_scope(end_others) == 1
    assert (await page.beat())["credit_ms"] >= 10_000


@sockets
def test_an_open_camera_socket_is_closed_when_its_sign_in_ends(lingzhu: Any, in_tenant: Any) -> None:
    from channels.testing import WebsocketCommunicator

    from proctoring.models import CameraSession
    from tests.tools.cameraman import connect

    with in_tenant(lingzhu):
        study, cookie = sitting(lingzhu)
        give_template(study.user, lingzhu)

    def end() -> int:
        try:
            return end_all(study.user)
        finally:
            connections.close_all()

    host = lingzhu.host

    async def converse() -> tuple[Any, Any, Any]:
        socket: WebsocketCommunicator = connect(study.camera.uuid, host, cookie)
        assert (await socket.connect(timeout=10))[0]
        ready = await socket.receive_json_from(timeout=10)
        await sync_to_async(end)()
        told = await socket.receive_json_from(timeout=10)
        while told["type"] == "snapshot.request":
            told = await socket.receive_json_from(timeout=10)
        return ready, told, await socket.receive_output(timeout=10)

    ready, told, closed = asyncio.run(converse())
    assert (ready["type"], ready["verified"]) == ("camera.ready", True)
    assert (told["type"], told["code"]) == ("camera.expired", "camera.closed")
    assert closed == {"type": "websocket.close", "code": 4403}
    with in_tenant(lingzhu):
        session = CameraSession.objects.get(pk=study.camera.pk)
        assert session.closed_at is not None
        assert session.verified_until <= session.closed_at


def give_template(user: Any, institution: Any) -> None:
    """A profile with photos and a template whose vectors the socket can unpack."""
    import numpy as np

    from proctoring.examine import edition_in_use
    from proctoring.models import FacePhoto, FaceTemplate
    from proctoring.vectors import to_bytes
    from tests.support.staff import give_photos

    vector, edition = to_bytes([np.ones(128, np.float32)]), edition_in_use()
    made_by = {"engine": edition.name, "edition": edition.mark}
    profile = give_photos(user, institution)
    for photo in FacePhoto.objects.filter(profile=profile):
        photo.vectors, photo.engine, photo.edition = vector, edition.name, edition.mark
        photo.save(update_fields=["vectors", *made_by])
    FaceTemplate.objects.create(
        profile=profile, institution=institution, vector=vector, made_at=people.BEFORE, **made_by
    )
