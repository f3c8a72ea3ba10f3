"""What people type of a certificate → what is compared. Both sides of a comparison pass here; nothing here is stored
as the number or the name of anybody."""

import re
import unicodedata

from tenants.accounts.rules import name_key
from tenants.crypto import blind_index

# Spaces and dashes of all scripts, and what is copied along unseen (zero width, byte order mark).
SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]")


def number_key(number: str) -> str:
    """A number without spaces and dashes, plain width, capitals: in groups or with full-width digits it is the same."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", number)).upper()


def lookup_of(purpose: str, number: str, name: str) -> str:
    """One value of `purpose` that is equal only when number and name both are, however they are written: a wrong name
    looks like a wrong number."""
    return blind_index(purpose, f"{number_key(number)}|{name_key(name)}")
