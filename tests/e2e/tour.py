"""`fab tour`: one trainee's whole journey through a running demo, then an institution's opening; a screenshot a step.

Run as `python -m tests.e2e.tour --url http://localhost:8000 --out docs/tour`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="fab tour")
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--out", default=".var/tour")
    options = parser.parse_args(arguments)
    prepare()
    from playwright.sync_api import Error

    try:
        complaints = tour(options.url.rstrip("/"), ROOT / options.out)
    except (AssertionError, Error) as error:
        print(f"The tour stopped: {error}", file=sys.stderr)
        return 1
    for complaint in complaints:
        print(f"console: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def prepare() -> None:
    """The words of the product (SMS texts, roles) are read from its own modules; no database is needed."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("ZHUXUE_ENV", "test")
    os.environ.setdefault("DATABASE_URL", "postgresql://nowhere/none")
    os.environ.setdefault("REDIS_URL", "redis://nowhere")
    django.setup()


def tour(url: str, out: Path) -> list[str]:
    """Walk it; returns what the pages' consoles complained about."""
    from config.state import state_folder
    from tests.e2e import importing, opening, outcome
    from tests.e2e.browser import Album, chromium
    from tests.e2e.people import Addresses
    from tests.tools.clips import clips_of

    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    clips = clips_of(ROOT / "site" / "demo" / "faces" / "obama.jpg", state_folder() / "cache")
    shutil.rmtree(out, ignore_errors=True)
    album = Album(out)
    with chromium() as browser:
        where = Addresses(url)
        walks: list[tuple[Any, tuple[str, ...]]] = [
            (outcome.Outcome(browser, where, album, clips, say), outcome.STEPS),
            (opening.Opening(browser, where, album, say), opening.STEPS),
            (importing.Importing(browser, where, album, say), importing.STEPS),
        ]
        for walk, steps in walks:
            for step in steps:
                try:
                    getattr(walk, step)()
                except Exception:
                    walk.page.screenshot(path=str(out / f"stopped-at-{step}.png"))
                    raise
                say(step.replace("_", " "))
    say(f"{album.count} screenshots in {out}")
    return album.complaints


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
