"""Addresses of segments: signed for one sitting and one segment, good for minutes."""

import hashlib
import hmac
from functools import lru_cache
from uuid import UUID

from django.conf import settings

INIT_INDEX = -1  # stands for init.mp4


@lru_cache(maxsize=1)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"learning.segment\0" + secret.encode()).digest()


def signature(session: UUID, index: int, expires: int) -> str:
    """32 hex digits for one segment of one sitting until the Unix second `expires`."""
    message = f"{session}|{index}|{expires}".encode()
    return hmac.new(_key(settings.SECRET_KEY), message, hashlib.sha256).hexdigest()[:32]


def is_signed(session: UUID, index: int, expires: int, given: str) -> bool:
    """Whether the signature is ours; says nothing about the time."""
    return hmac.compare_digest(signature(session, index, expires), given)


def segment_path(session: UUID, index: int, now_s: float, good_for_s: int) -> str:
    """The signed path of a segment, or of the initialisation (`INIT_INDEX`), from the Unix second `now_s`."""
    expires = int(now_s) + good_for_s
    name = "init.mp4" if index == INIT_INDEX else f"{index}.m4s"
    return f"/study/segments/{session}/{name}?e={expires}&s={signature(session, index, expires)}"
