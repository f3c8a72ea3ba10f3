"""A video goes up in pieces in a real Chromium; the page is reloaded in the middle and it goes on where it was."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import expect, sync_playwright

from learning.models import MediaUpload, UploadState
from tenants.roles.roles import Role
from tests.support.live import daphne, in_thread
from tests.support.staff import staff_client
from tests.support.study import make_lesson

pytestmark = pytest.mark.django_db(transaction=True)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
PIECE = 4 * 1024 * 1024


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An mp4 of three pieces: noise, which does not compress."""
    path = tmp_path_factory.mktemp("film") / "脚手架.mp4"
    source = ["-f", "lavfi", "-i", "nullsrc=s=640x360:r=25,geq=random(1)*255:128:128"]
    coded = ["-t", "3", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "8", "-pix_fmt", "yuv420p"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *coded, str(path)]
    subprocess.run(command, check=True, timeout=120)
    assert path.stat().st_size > 2 * PIECE
    return path


def uploads(association) -> list[tuple[int, int, str]]:
    return in_thread(lambda: list(MediaUpload.objects.values_list("received", "size", "state")), scope=association)


def test_a_reload_in_the_middle_of_an_upload_costs_nothing_that_was_received(association, film):
    lesson = make_lesson()
    session = staff_client(association, Role.QUESTION_EDITOR).cookies["sessionid"].value
    with daphne() as server, sync_playwright() as playwright:
        site = f"http://localhost:{server.port}"  # the association's host in tests
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        offsets: list[str] = []
        data = re.compile(r"/video-uploads/[0-9a-f-]{36}/data/$")

        def cut_after_the_first(route) -> None:
            """The line lets one piece through."""
            if route.request.method == "PATCH":
                offsets.append(route.request.headers["upload-offset"])
                if len(offsets) > 1:
                    return route.abort()
            return route.continue_()

        page.route(data, cut_after_the_first)
        address = f"{site}/admin/console/courses/video-uploads/?lesson={lesson.pk}"
        page.goto(address)
        page.get_by_label("视频文件").set_input_files(film)
        page.get_by_role("button", name="开始上传").click()
        expect(page.locator("#upload-words")).to_have_text("网络已中断，恢复后将自动继续。")
        assert uploads(association) == [(PIECE, film.stat().st_size, UploadState.RECEIVING)]

        page.unroute(data)
        page.on("request", lambda it: offsets.append(it.headers["upload-offset"]) if it.method == "PATCH" else None)
        offsets.clear()
        page.goto(address)
        percent = 100 * PIECE // film.stat().st_size
        expect(page.locator("#upload-resume")).to_have_text(f"脚手架.mp4 已上传 {percent}%，请再次选择同一文件以继续。")
        page.get_by_label("视频文件").set_input_files(film)
        page.get_by_role("button", name="开始上传").click()
        page.wait_for_url(re.compile(r"/video-uploads/[0-9a-f-]{36}/$"))
        expect(page.locator("#state")).to_be_visible()

        assert offsets == [str(offset) for offset in range(PIECE, film.stat().st_size, PIECE)]
        (received, size, state), *others = uploads(association)
        assert (received, others) == (size, [])
        assert state != UploadState.RECEIVING
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('zx-upload:')).length") == 0
        assert complaints == []
        browser.close()
