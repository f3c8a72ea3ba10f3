"""How personal numbers are shown: first 6 and last 4 of an ID number, first 3 and last 4 of a phone (DOMAIN)."""


def masked(text: str, head: int, tail: int) -> str:
    """Keep `head` and `tail` characters; shorter texts are hidden whole."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def mask_id_number(text: str) -> str:
    return masked(text, 6, 4)


def mask_phone_number(text: str) -> str:
    return masked(text, 3, 4)


def mask_name(text: str) -> str:
    """张*, 李*国: the middle is hidden, in two characters the last."""
    if len(text) < 2:
        return text
    return text[0] + "*" if len(text) == 2 else text[0] + "*" * (len(text) - 2) + text[-1]
