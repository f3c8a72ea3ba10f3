"""A trainee in the study room of a real Chromium, before a real Daphne. Only the camera's socket is played by the test:
what a face has to do before it is another room's test, and what it leaves behind are rows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import servers
from tests.support.live import Daphne, daphne, in_thread
from tests.support.study import Study, make_study, postgres_now
from tests.support.videos import picture, run_ffmpeg

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright, WebSocketRoute

LESSON_S = 16
SOUND = ["-f", "lavfi", "-i", f"sine=frequency=330:duration={LESSON_S}"]
# Playwright's stand-in for sockets throws it where a browser only drops what is sent on a line that is breaking.
CLOSED = "WebSocket is already in CLOSING or CLOSED state"
RENDITIONS = [
    {"name": "v0", "width": 640, "height": 360, "bandwidth": 400_000},
    {"name": "v1", "width": 320, "height": 180, "bandwidth": 100_000},
]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-dev-shm-usage", "--mute-audio", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip
RULES = {"beat_s": 2, "buffer_s": 10}


def two_renditions(cache: Path) -> Path:
    """Sixteen seconds of a clock in two sizes, with sound and captions; encoded once."""
    folder = cache / "sixteen-seconds-two-sizes-2"
    with servers.locked("two-renditions"):
        if not folder.exists():
            _encode_two(cache, folder)
    return folder


def _encode_two(cache: Path, folder: Path) -> None:
    from learning.media import encode_hls

    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        part = Path(scratch) / "both"
        part.mkdir()
        for one in RENDITIONS:
            source, made = Path(scratch) / f"{one['name']}.mp4", Path(scratch) / f"made-{one['name']}"
            run_ffmpeg(*picture(f"{one['width']}x{one['height']}", LESSON_S, "25"), *SOUND, str(source))
            encode_hls(source, made)
            (made / "v0").rename(part / str(one["name"]))
        (part / "captions.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:16.000\n基坑支护与监测\n")
        part.rename(folder)


def make_room(institution: Any, folder: Path, *, lessons: int = 2, rules: dict[str, Any] | None = None) -> Study:
    """A trainee who may study lessons of sixteen seconds. Needs the institution's scope."""
    from django.conf import settings

    from learning.models import Media
    from tenants.rulesets.services import publish_ruleset

    at = postgres_now() - timedelta(days=1)
    publish_ruleset(name="browser", values={"study": RULES | (rules or {})}, in_force_from=at, by=None, at=at)
    for number in range(1, lessons + 1):
        target = Path(settings.COURSEWARE_ROOT) / f"sixteen-{number}"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(folder)
    study = make_study(institution, lengths_ms=(LESSON_S * 1000,) * lessons, folder="sixteen")
    Media.objects.filter(folder__startswith="sixteen-").update(renditions=RENDITIONS, has_captions=True)
    return study


@dataclass
class Visit:
    """One trainee at a computer. `camera`: the socket that the page has open."""

    study: Study
    server: Daphne
    context: BrowserContext
    page: Page
    camera: WebSocketRoute | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def room(self) -> str:
        return f"{self.server.site(self.study.institution)}/study/{self.study.enrolment.uuid}/"

    def read(self, what: Callable[[], Any]) -> Any:
        return in_thread(what, scope=self.study.institution)

    def verify(self, minutes: float = 15) -> None:
        """What a passed check leaves behind in the newest camera session of the person."""

        def write() -> None:
            from proctoring.models import CameraSession

            camera = CameraSession.objects.filter(user=self.study.user).order_by("-pk").first()
            assert camera is not None
            at = postgres_now()
            CameraSession.objects.filter(pk=camera.pk).update(
                verified_at=at, verified_until=at + timedelta(minutes=minutes)
            )

        self.read(write)

    def play_camera(self, socket: WebSocketRoute) -> None:
        self.camera = socket
        state = {"verified": False, "verified_until": None, "resumable": False}

        def heard(message: str | bytes) -> None:
            asked = json.loads(message)["type"] if isinstance(message, str) else ""
            if asked in {"liveness.start", "snapshot.resume"}:
                self.verify()
                kind = "liveness.passed" if asked == "liveness.start" else "camera.state"
                self.say_of_camera(type=kind, verified=True, verified_until=None, resumable=False)

        socket.on_message(heard)
        self.say_of_camera(type="camera.ready", **state)

    def say_of_camera(self, **message: Any) -> None:
        assert self.camera is not None
        self.camera.send(json.dumps(message))

    def expire_camera(self, code: str = "camera.no_face") -> None:
        """Nobody was in the picture, or as `code` says: in the rows, and said to the page."""

        def write() -> None:
            from proctoring.models import CameraSession

            CameraSession.objects.filter(user=self.study.user).update(verified_until=postgres_now())

        self.read(write)
        self.say_of_camera(type="camera.expired", code=code, resumable=True)

    def enter(self, *, seen: bool = True) -> None:
        """Open the room and pass the check; `seen`: the devices were tested before on this computer."""
        if seen:
            # Firefox runs it on about:blank too, where there is no storage.
            self.context.add_init_script("if (origin !== 'null') localStorage.setItem('zx-devices', '\"passed\"')")
        self.page.goto(self.room)
        self.page.locator("[data-do=check]").click()

    def counting(self) -> None:
        """Wait until the page says that time counts, and a beat has come back."""
        self.page.locator('[data-part="state"][data-state="counting"]').wait_for()

    def credited_ms(self) -> int:
        return self.read(self.study.credited_ms)

    @property
    def second(self) -> float:
        return self.page.evaluate("document.querySelector('.player-video').currentTime")


def chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)


@contextmanager
def visit(study: Study, launch: Callable[[Playwright], Browser] = chromium) -> Iterator[Visit]:
    """A signed-in browser on a server of its own. Ends with an error if the page's console complained."""
    from playwright.sync_api import sync_playwright

    from tests.support.people import signed_in

    session = signed_in(study.user, study.institution).cookies["sessionid"].value
    with daphne() as server, sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.site(study.institution)}])
        found = Visit(study, server, context, context.new_page())
        found.page.on(
            "pageerror", lambda error: found.problems.append(str(error)) if CLOSED not in str(error) else None
        )
        found.page.on("console", lambda m: found.problems.append(m.text) if "Content Security" in m.text else None)
        context.route_web_socket("**/ws/camera/**", found.play_camera)
        yield found
        assert not found.problems, found.problems
        browser.close()
