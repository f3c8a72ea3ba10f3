"""How personal numbers are shown: first 6 and last 4 of an ID number, first 3 and last 4 of a phone (DOMAIN)."""

import re

SHORT_DOCUMENT = 10  # a passport's number has 8 or 9 characters: six and four of them would be all
# Not inside longer words of letters and digits: hashes, keys and uuids are full of digits.
ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
PHONE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?1[3-9]\d{9}(?![0-9A-Za-z])")


def masked(text: str, head: int, tail: int) -> str:
    """Keep `head` and `tail` characters; shorter texts are hidden whole."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def mask_id_number(text: str) -> str:
    """440106********0018; of a shorter document (a passport) the first and the last three characters."""
    return masked(text, 1, 3) if len(text) <= SHORT_DOCUMENT else masked(text, 6, 4)


def mask_phone_number(text: str) -> str:
    return masked(text, 3, 4)


def mask_name(text: str) -> str:
    """张*, 李*国: the middle is hidden, in two characters the last."""
    if len(text) < 2:
        return text
    return text[0] + "*" if len(text) == 2 else text[0] + "*" * (len(text) - 2) + text[-1]


def redacted(text: str) -> str:
    """The text without ID numbers and mobile numbers: the last resort for logs, error pages and free sentences."""
    return PHONE.sub("[phone]", ID_NUMBER.sub("[id number]", text))
