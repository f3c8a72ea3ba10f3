"""Addresses of segments: signed for one sitting, one part and one browser, good for minutes.

The same signature in Django (`media_views.segment`) and in nginx (`secure_link_md5`, deploy/nginx/): one of a part of
the medium covers all its renditions.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from uuid import UUID

from django.conf import settings

from learning.media import INIT, segment_name

INIT_INDEX = -1  # stands for init.mp4


def file_of(index: int) -> str:
    """Name of the file of a part, in every rendition's folder."""
    return INIT if index == INIT_INDEX else segment_name(index)


def signature(session: UUID, folder: str, name: str, expires: int, browser: str) -> str:
    """22 characters for one part until the Unix second `expires`, for the browser whose session cookie is `browser`."""
    part = name.partition(".")[0]
    message = f"{expires}|{session}|{folder}|{part}|{browser}|{settings.SEGMENT_KEY}".encode()
    # MD5 because nginx's secure_link knows no other; the key stands in every message and nobody chooses one.
    digest = hashlib.md5(message, usedforsecurity=False).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_signed(session: UUID, folder: str, name: str, expires: int, browser: str, given: str) -> bool:
    """Whether the signature is ours; says nothing about the time."""
    return hmac.compare_digest(signature(session, folder, name, expires, browser), given)


def segment_base(session: UUID, folder: str) -> str:
    """Path below which a sitting's renditions lie: `<base><rendition>/<file><query>` is an address."""
    return f"/study/segments/{session}/{folder}/"


def segment_query(session: UUID, folder: str, index: int, browser: str, now_s: float, good_for_s: int) -> str:
    """The signed query of a part, or of the initialisation (`INIT_INDEX`), from the Unix second `now_s`."""
    expires = int(now_s) + good_for_s
    return f"?e={expires}&s={signature(session, folder, file_of(index), expires, browser)}"
