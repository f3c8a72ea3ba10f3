"""Numbers of certificates: printed, typed and read aloud in many ways, and still one number. Pure."""

import unicodedata

_NOT_COMPARED = {"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"}  # spaces, what cannot be seen, dashes
_MINUS = "\u2212"


def certificate_key(number: str) -> str:
    """A certificate's number as numbers are compared: width and kind of marks, spaces, dashes and case do not count."""
    plain = unicodedata.normalize("NFKC", number).upper()
    return "".join(one for one in plain if one != _MINUS and unicodedata.category(one) not in _NOT_COMPARED)
