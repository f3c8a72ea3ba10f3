"""A new challenge for somebody at an address. Each is a row of `CaptchaStore`: good for one try and five minutes."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from captcha.conf import settings as captcha_settings
from captcha.models import CaptchaStore
from django.urls import reverse
from django.utils.translation import get_language

from tenants.captchas import questions
from tenants.ratelimit import allowed

PICTURE, WORDS = "picture", "words"
KINDS = (PICTURE, WORDS)
# A room of people behind one address opens many pages at once. A sum in words is read by any machine: few an address.
A_MINUTE = {PICTURE: 120, WORDS: 6}


@dataclass(frozen=True)
class Challenge:
    """What is shown. `image` is an address and `question` a sentence, one of them empty; no `key`: none was drawn.

    `refused`: questions in words are used up at this address for a moment, so it is a picture.
    """

    kind: str
    key: str = ""
    image: str = ""
    question: str = ""
    refused: bool = False


def draw(kind: str, address: str, *, at: datetime) -> Challenge:
    """A challenge of `kind` for `address`; a picture where words are used up, none where pictures are too."""
    refused = kind == WORDS and not _may(WORDS, address, at)
    if kind == WORDS and not refused:
        stored, result = questions.new_sum(secrets.randbelow)
        row = CaptchaStore.objects.create(challenge=stored, response=result)
        return Challenge(WORDS, row.hashkey, question=questions.asked(stored, get_language() or ""))
    if not _may(PICTURE, address, at):
        return Challenge(PICTURE, refused=refused)
    text, response = captcha_settings.get_challenge()()
    row = CaptchaStore.objects.create(challenge=text, response=response)
    return Challenge(PICTURE, row.hashkey, image=reverse("captcha-image", args=[row.hashkey]), refused=refused)


def _may(kind: str, address: str, at: datetime) -> bool:
    return allowed(f"captcha.{kind}", address, a_minute=A_MINUTE[kind], at=at)
