"""`fab pictures`: the public pages of two institutions and of the portal, wide and narrow, and one page that shows them
all beside the designs.

Run as `python -m tests.e2e.pictures --url http://localhost:8000 --out .var/pictures --design FOLDER` against a running
demo. The pictures are not committed: they are made anew whenever somebody looks.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (1440, 390)
HEIGHT = 900
# Name of a picture → path. A name that ends in "*" is the first page that the list at this path leads to.
SITE = {
    "home": "/", "courses": "/courses/", "course*": "/courses/", "notices": "/notices/", "notice*": "/notices/",
    "fees": "/fees/", "faq": "/faq/", "about": "/about/", "privacy": "/privacy/", "search": "/search/?q=学时",
    "signin": "/signin/", "missing": "/nothing/",
}  # fmt: skip
PORTAL = {
    "home": "/", "notices": "/notices/", "notice*": "/notices/", "institutions": "/institutions/",
    "experts": "/experts/", "appraisals": "/appraisals/", "verify": "/verify/", "guide": "/guide/",
    "institution-guide": "/institution-guide/", "faq": "/faq/", "downloads": "/downloads/", "search": "/search/?q=岭筑",
    "apply": "/apply/", "signin": "/signin/",
}  # fmt: skip
# Which design a page is looked at beside: DESIGN/<stem>-<width>.png.
DESIGNS = {
    ("lingzhu", "home"): "home-green",
    ("jiangxin", "home"): "home-orange",
    ("portal", "home"): "portal",
    ("portal", "verify"): "verify-valid",
}
SITES = {"lingzhu": SITE, "jiangxin": SITE, "portal": PORTAL}
FIRST = "main .notices a, main .courses .rows-title a, main h2.rows-title a"
STYLE = """body{font:16px/1.5 sans-serif;margin:2rem}
figure{display:inline-block;vertical-align:top;margin:0 1rem 2rem 0}
img{display:block;border:1px solid #ccc;inline-size:36rem;max-inline-size:100%}img.narrow{inline-size:12rem}"""


@dataclass(frozen=True)
class Taken:
    site: str
    name: str
    width: int
    file: str


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="fab pictures")
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--out", default=".var/pictures")
    parser.add_argument("--design", default="", help="folder with <design>-<width>.png, to be shown beside")
    options = parser.parse_args(arguments)
    out = ROOT / options.out
    design = Path(options.design).resolve() if options.design else None
    out.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import Error

    from tests.e2e.browser import chromium
    from tests.e2e.tour import prepare

    prepare()
    try:
        with chromium() as browser:
            taken = list(take(browser, options.url.rstrip("/"), out))
    except Error as error:
        print(f"No more pictures: {error}", file=sys.stderr)
        return 1
    (out / "index.html").write_text(sheet(taken, design, out), encoding="utf-8")
    print(f"{len(taken)} pictures; look at {out / 'index.html'}")
    return 0


def take(browser: Browser, url: str, out: Path) -> Iterator[Taken]:
    """Every page at every width, top to bottom; a page that scrolls sideways ends the run with its address."""
    from tests.e2e.people import Addresses

    where = Addresses(url)
    for width in WIDTHS:
        context = browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": width, "height": HEIGHT}
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        for site, paths in SITES.items():
            base = where.portal if site == "portal" else where.site(site)
            for name, path in paths.items():
                if not open_page(page, base, name, path):
                    print(f"{site}: nothing to open for {name}", file=sys.stderr)
                    continue
                yield picture(page, out, Taken(site, name.rstrip("*"), width, f"{site}-{name.rstrip('*')}-{width}.png"))
        context.close()


def open_page(page: Page, base: str, name: str, path: str) -> bool:
    """Go there; False where a list leads nowhere."""
    page.goto(base + path)
    if name.endswith("*"):
        first = page.locator(FIRST).first
        if not first.count():
            return False
        first.click()
    page.wait_for_load_state("networkidle")
    return True


def picture(page: Page, out: Path, taken: Taken) -> Taken:
    page.evaluate("document.fonts.ready")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > taken.width:
        raise SystemExit(f"{page.url} is {wide} pixels wide in a window of {taken.width}")
    page.screenshot(path=str(out / taken.file), full_page=True)
    return taken


def sheet(taken: list[Taken], design: Path | None, out: Path) -> str:
    """One page with all of them: a heading for each page of a site, its pictures, and the design where there is one."""
    parts = [f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>Pictures</title><style>{STYLE}</style>']
    for site, name in dict.fromkeys((one.site, one.name) for one in taken):
        parts.append(f"<h2>{html.escape(site)} · {html.escape(name)}</h2>")
        for one in (one for one in taken if (one.site, one.name) == (site, name)):
            narrow = one.width < WIDTHS[0]
            parts.append(_figure(one.file, str(one.width), narrow=narrow))
            drawn = design / f"{DESIGNS[site, name]}-{one.width}.png" if design and (site, name) in DESIGNS else None
            if drawn is not None and drawn.is_file():
                parts.append(_figure(os.path.relpath(drawn, out), f"design {one.width}", narrow=narrow))
    return "\n".join(parts)


def _figure(file: str, words: str, *, narrow: bool) -> str:
    look = ' class="narrow"' if narrow else ""
    return (
        f'<figure><img src="{html.escape(file)}" alt=""{look} loading="lazy"><figcaption>{words}</figcaption></figure>'
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
