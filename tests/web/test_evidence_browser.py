"""A reference photo is aimed at by camera, and a reviewer looks at the evidence by keyboard, in a real Chromium."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support.live import daphne, in_thread
from tests.support.staff import make_case, staff_client
from tests.tools.cameraman import face_worker
from tests.tools.clips import FPS, Clips, clips_of
from tests.tools.person import stand_in

pytestmark = pytest.mark.django_db(transaction=True)
FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
OUTCOMES = (("match", 0.31), ("review", 0.46), ("mismatch", 0.61), ("match", 0.27))


@pytest.fixture
def obama(cache_folder: Path) -> Clips:
    return clips_of(FACES / "obama.jpg", cache_folder)


def with_evidence(case: Any, clips: Clips) -> None:
    """The curves of a real check (turn, mouth, nod), a thumbnail, and an incident with both its pictures."""
    import cv2
    import numpy as np

    from proctoring import noticing, vault
    from proctoring.examine import local_engine
    from proctoring.gather import Series, thumbnail
    from proctoring.models import LivenessAttempt, Snapshot
    from proctoring.motion import measure

    engine, series, at = local_engine(), Series(), 0.0
    for action in ("left", "mouth", "nod"):
        for number, frame in enumerate(clips.actions[action]):
            grey = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_GRAYSCALE)
            boxes = engine.detect(grey)
            if boxes:
                series.add(at, measure(engine.landmarks(grey, boxes[0])))
            if number == 0:
                series.note(at, "prompt", action)
            at += 1 / FPS
        series.note(at, "done", action)
    check = LivenessAttempt.objects.get()
    check.series = series.as_dict()
    check.frame = vault.put(check, clips.actions["neutral"][0])
    rgb = cv2.imdecode(np.frombuffer(clips.actions["neutral"][0], np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
    check.thumb = vault.put(check, thumbnail(rgb), field="thumb")
    check.save()
    first, last = Snapshot.objects.order_by("taken_at").first(), Snapshot.objects.order_by("taken_at").last()
    data = {"of": "snapshot", "twin": str(first.uuid), "bits": 3, "distance": 0.05, "difference": 0.008}
    noticing.note(check.session, "near_duplicate", at=last.taken_at, snapshot=last, **data)
    noticing.note(check.session, "virtual_camera", at=check.started_at, label="OBS Virtual Camera")
    check.session.camera_label = "OBS Virtual Camera"
    check.session.save()


def looks(institution: Any) -> list[tuple[str, str]]:
    found = Entry.objects.filter(action="face_evidence.read").order_by("pk")
    return in_thread(lambda: [(e.data["kind"], e.data.get("size", "")) for e in found], scope=institution)


def shoot(page: Page, name: str) -> None:
    """For looking at: only where somebody asked for pictures."""
    if folder := os.environ.get("ZHUXUE_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def until_loaded(page: Page) -> None:
    """Until both pictures beside each other are there."""
    ends = time.monotonic() + 30
    while not page.evaluate("[...document.querySelectorAll('#lightbox img')].every((one) => one.naturalWidth > 0)"):
        assert time.monotonic() < ends, "a picture did not come"
        page.wait_for_timeout(100)


def test_a_photo_is_aimed_by_hints_and_evidence_is_reviewed_by_keyboard(
    lingzhu: Any, association: Any, in_tenant: Any, trainee_client: Any, obama: Clips
) -> None:
    from proctoring import services

    trainee = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        services.give_consent(trainee.user, lingzhu, by=trainee.user, at=timezone.now())
        frames = tuple(obama.actions[name][9] for name in ("neutral", "left", "mouth", "nod"))
        case = make_case(lingzhu, outcomes=OUTCOMES, pictures=(obama.id_card, obama.portrait, *frames))
        with_evidence(case, obama)
    reviewer = staff_client(association, Role.HOURS_REVIEWER)
    with face_worker(), daphne() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        complaints: list[str] = []

        def page_of(client: Any, site: str) -> Page:
            context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
            context.set_default_timeout(60_000)
            context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
            return page

        site = server.site(lingzhu)
        page = page_of(trainee, site)
        stand_in(page, obama, mode="absent")
        page.goto(f"{site}/my/profile/")
        box = page.locator("[data-photo=portrait]")
        hint = box.locator("[data-part=hint]")
        box.locator("[data-do=camera]").click()
        expect(hint).to_contain_text("太暗", timeout=30_000)
        shoot(page, "aim-dark")
        page.evaluate("window.__person.mode = 'honest'")
        expect(hint).to_have_text("很好，请保持不动并拍照", timeout=30_000)
        shoot(page, "aim-good")
        box.locator("[data-do=camera]").click()
        expect(box.locator("[data-part=message]")).to_have_text("清晰可用", timeout=30_000)
        expect(box.locator(".check-list li")).to_have_count(6)
        shoot(page, "aim-saved")

        site = f"http://localhost:{server.port}"
        page = page_of(reviewer, site)
        page.goto(f"{site}/admin/console/reviews/{case.uuid}/")
        page.wait_for_load_state("networkidle")
        before = looks(lingzhu)
        assert set(before) == {("snapshot", "small"), ("photo", "small")}, "a gallery fetches thumbnails only"
        shoot(page, "case")
        page.keyboard.press("1")
        pair = page.locator("#lightbox figure img")
        expect(pair).to_have_count(2)
        until_loaded(page)
        assert sorted(looks(lingzhu)[len(before) :]) == [("photo", ""), ("snapshot", "")]
        shoot(page, "pair")
        page.keyboard.press("Escape")
        page.keyboard.press("p")
        expect(page.locator("#lightbox .zx-curve")).to_have_count(4)
        assert looks(lingzhu)[-1] == ("series", "")
        shoot(page, "curves")
        page.keyboard.press("Escape")
        page.locator("#incidents").get_by_role("button", name="旧画面").click()
        expect(pair).to_have_count(2)
        assert page.locator("#lightbox figcaption").all_text_contents() == ["该画面", "旧画面"]
        if os.environ.get("ZHUXUE_SHOTS"):
            page.keyboard.press("Escape")
            page.set_viewport_size({"width": 390, "height": 844})
            shoot(page, "case-390")
        browser.close()
    assert complaints == []
