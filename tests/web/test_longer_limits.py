"""More time in the face check: granted at the desk or by the association, seen by the person, in the audit trail."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from django.utils import timezone

from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import give_photos, staff_client

pytestmark = pytest.mark.django_db
FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"
WHY = {"grant": "1", "reason": "到柜台申请延长。"}


@pytest.fixture
def profile(lingzhu, in_tenant):
    with in_tenant(lingzhu):
        return give_photos(people.make_user("简志华"), lingzhu)


@pytest.fixture
def registrar(lingzhu):
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


def page_of(profile):
    return f"/admin/desk/profiles/{profile.uuid}/limits/"


def seconds(profile, institution, in_tenant):
    from proctoring.limits import rules_of

    with in_tenant(institution):
        return rules_of(profile.user, institution, at=timezone.now()).action_s


def audited():
    from tenants.audit.models import Entry

    rows = Entry.objects.filter(action__startswith="longer_limits.").order_by("pk")
    return list(rows.values_list("action", "actor__name", "institution__schema_name", "data"))


def test_a_clerk_grants_more_time_with_a_reason_and_takes_it_back(registrar, profile, lingzhu, in_tenant):
    shown = registrar.get(page_of(profile)).content.decode()
    assert "3 秒" in shown
    assert "7.5 秒" in shown
    assert registrar.post(page_of(profile), {"grant": "1", "reason": ""}).status_code == 400
    assert seconds(profile, lingzhu, in_tenant) == 3.0
    answer = registrar.post(page_of(profile), WHY, follow=True).content.decode()
    assert "从下一次刷脸起，简志华 的时限延长。" in answer
    assert seconds(profile, lingzhu, in_tenant) == 7.5
    assert "到柜台申请延长。" in registrar.get(page_of(profile)).content.decode()
    registrar.post(page_of(profile), WHY)  # twice is once
    registrar.post(page_of(profile), {"end": "1"})
    assert seconds(profile, lingzhu, in_tenant) == 3.0
    assert audited() == [
        ("longer_limits.granted", "何敏", "lingzhu", {}),
        ("longer_limits.ended", "何敏", "lingzhu", {}),
    ]


def test_the_page_of_the_check_says_the_time_this_person_has(registrar, profile, lingzhu, in_tenant):
    from proctoring.services import give_consent

    registrar.post(page_of(profile), WHY)
    with in_tenant(lingzhu):
        other = give_photos(people.make_user("陈志强"), lingzhu)
        for one in (profile.user, other.user):
            give_consent(one, lingzhu, by=one, at=timezone.now())
    longer, usual = (
        people.signed_in(one.user, lingzhu).get("/my/security/phone/face/").content.decode() for one in (profile, other)
    )
    assert "每个动作 7.5 秒" in longer
    assert "<strong>7.5 秒内做完</strong>" in longer
    assert "每个动作 3 秒" in usual
    assert "<strong>3 秒内做完</strong>" in usual


def test_what_one_institution_grants_does_not_hold_at_another_and_the_associations_does(
    profile, registrar, lingzhu, jiangxin, association, in_tenant
):
    registrar.post(page_of(profile), WHY)
    assert seconds(profile, jiangxin, in_tenant) == 3.0
    superadmin = staff_client(association, Role.SUPERADMIN)
    address = f"/admin/console/people/{profile.user.uuid}/limits/"
    assert superadmin.post(address, WHY).status_code == 302
    assert seconds(profile, jiangxin, in_tenant) == 7.5
    with in_tenant(jiangxin):
        give_photos(profile.user, jiangxin)
        from proctoring.queries import profile_of

        there = profile_of(profile.user)
    shown = staff_client(jiangxin, Role.MANAGER).get(page_of(there)).content.decode()
    assert "只有协会可以取消" in shown
    assert "到柜台申请延长。" not in shown
    superadmin.post(address, {"end": "1"})
    assert seconds(profile, jiangxin, in_tenant) == 3.0
    assert seconds(profile, lingzhu, in_tenant) == 7.5  # that one is the institution's


def test_who_may_not_grant_gets_403_and_nobody_grants_to_themselves(profile, lingzhu, association, in_tenant):
    from proctoring.limits import NotForOneself, grant_longer_limits

    address = f"/admin/console/people/{profile.user.uuid}/limits/"
    assert staff_client(lingzhu, Role.VIEWER).post(page_of(profile), WHY).status_code == 403
    auditor = staff_client(association, Role.AUDITOR)
    assert (auditor.get(address).status_code, auditor.post(address, WHY).status_code) == (200, 403)
    with in_tenant(lingzhu), pytest.raises(NotForOneself):
        grant_longer_limits(profile.user, lingzhu, reason="自己", by=profile.user, at=timezone.now())
    assert audited() == []


@pytest.mark.usefixtures("committed")
def test_the_socket_gives_the_person_the_longer_time(lingzhu, in_tenant, trainee_client, make_user, cache_folder):
    from proctoring import services
    from proctoring.limits import grant_longer_limits
    from proctoring.models import LivenessAttempt
    from tests.tools.cameraman import Page, confirmed_profile, connect, face_worker
    from tests.tools.clips import clips_of

    client, clips, clerk = trainee_client(lingzhu), clips_of(FACE, cache_folder), make_user("何敏")
    with in_tenant(lingzhu):
        confirmed_profile(client.user, lingzhu, clips, at=timezone.now(), clerk=clerk)
        grant_longer_limits(client.user, lingzhu, reason="到柜台申请", by=clerk, at=timezone.now())
        session = services.open_camera_session(client.user, lingzhu, "study", at=timezone.now())
    cookie, host = client.cookies["sessionid"].value, lingzhu.host

    async def check():
        socket = connect(session.uuid, host, cookie)
        assert (await socket.connect(timeout=10))[0]
        page = Page(socket, clips)
        await page.until("camera.ready")
        ended = await page.pass_check()
        await socket.disconnect()
        return ended, page.messages

    with face_worker():
        ended, messages = asyncio.run(check())
    assert ended["type"] == "liveness.passed", ended
    assert {m["seconds"] for m in messages if m["type"] in ("liveness.begin", "liveness.prompt")} == {7.5}
    told = [m for m in messages if m["type"] == "camera.credit"]
    assert max(m["progress"] for m in told) == 1.0
    assert {m["face"] for m in told} <= {"ok", "late", "turned"}
    with in_tenant(lingzhu):
        assert LivenessAttempt.objects.latest("pk").details["seconds"] == 7.5
