"""The camera's dialogue during an exam: a real face worker goes on looking after the person was lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.tools.cameraman import confirmed_profile, face_worker
from tests.tools.clips import clips_of
from tests.web.test_camera_socket import converse

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
pytestmark = pytest.mark.usefixtures("committed")
SOON = {"exam_mean_s": 2.0, "exam_min_gap_s": 0.5, "snapshot_answer_s": 2.0, "recheck_s": 1.0}


@pytest.fixture
def sitting(
    lingzhu: Any, association: Any, in_tenant: Any, trainee_client: Any, make_user: Any, cache_folder: Any
) -> Any:
    """(open exam session, cookie, clips) of a confirmed trainee, under rules by which snapshots come within seconds."""
    from proctoring import services
    from tenants.rulesets.services import publish_ruleset

    at, clips, client = timezone.now(), clips_of(FACES / "obama.jpg", cache_folder), trainee_client(lingzhu)
    with in_tenant(association):
        publish_ruleset(name="soon", values={"proctoring": SOON}, in_force_from=at, by=None, at=at)
    with in_tenant(lingzhu):
        confirmed_profile(client.user, lingzhu, clips, at=at, clerk=make_user("何敏"))
        session = services.open_camera_session(client.user, lingzhu, "exam", at=timezone.now())
    return session, client.cookies["sessionid"].value, clips


def test_who_comes_back_to_the_exam_is_seen_again_without_a_word(sitting: Any, lingzhu: Any, in_tenant: Any) -> None:
    from proctoring.models import Lapse, Snapshot

    session, cookie, clips = sitting

    async def write(page: Any) -> Any:
        passed = await page.pass_check()
        assert passed["type"] == "liveness.passed", passed
        answer, page.snapshot = page.snapshot, lambda request: asyncio.sleep(0)
        expired = await page.until("camera.expired", timeout=20)
        again = await page.until("camera.expired", timeout=20)  # asked once more, and noted
        page.snapshot = answer
        return expired, again, await page.until("camera.state", timeout=20)

    with face_worker():
        expired, again, seen = converse(write, session, lingzhu, cookie, clips)
    assert (expired["code"], expired["resumable"], again["code"]) == ("camera.no_answer", True, "camera.no_answer")
    assert seen["verified"] is True
    with in_tenant(lingzhu):
        outcomes = list(Snapshot.objects.filter(session=session).order_by("pk").values_list("outcome", flat=True))
        assert outcomes.count("no_answer") >= 2
        assert outcomes[-1] == "match"
        assert Lapse.objects.get(session=session).code == "camera.no_answer"
