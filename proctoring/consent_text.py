"""The words of the consent: as they are shown today, and as each version said them.

The hash that a consent keeps is of the Chinese text, whatever language the page was read in: the Chinese binds.
"""

import hashlib
import html
import re
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

ARCHIVE = Path(__file__).parent / "consents"
PARTS = ("proctoring/_consent_text.html", "proctoring/_consent_sentence.html")


def text_as_shown() -> str:
    """The text of the page in Chinese, a line for each heading and paragraph, without mark-up or anything personal."""
    with translation.override("zh-hans"):
        page = "\n".join(render_to_string(part) for part in PARTS)
    lines = (html.unescape(line).strip() for line in re.sub(r"<[^>]+>", "\n", page).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def archived(version: str) -> str | None:
    """What this version said, or None when there never was one."""
    if not re.fullmatch(r"[0-9A-Za-z-]{1,20}", version):
        return None
    file = ARCHIVE / f"{version}.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else None
