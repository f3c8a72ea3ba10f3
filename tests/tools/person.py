"""Put a person (or a waved photo) in front of a Playwright page's camera.

stand_in(page, clips)                    an honest person, who does what each prompt asks
stand_in(page, clips, mode="photo")      a print, waved
page.evaluate("window.__person.mode = 'absent'")   walks away, at any moment
"""

import base64
import json
from pathlib import Path
from typing import Any

from tests.tools.clips import FPS, Clips

SCRIPT = Path(__file__).with_name("honest_person.js")


def stand_in(page: Any, clips: Clips, mode: str = "honest") -> None:
    """Call before the page is opened: `page` is a page or a whole browser context."""

    def answer(route: Any) -> None:
        name = Path(route.request.url).stem
        frames = [base64.b64encode(frame).decode() for frame in clips.actions[name]]
        route.fulfill(json={"fps": FPS, "frames": frames})

    page.route("**/__clips__/*.json", answer)
    page.add_init_script(f"window.__person = {json.dumps({'mode': mode})};")
    page.add_init_script(path=str(SCRIPT))
