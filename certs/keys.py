"""What people type of a certificate → what is compared. Both sides of a comparison pass here; nothing here is stored
as the number or the name of anybody."""

from learning.certificate_numbers import certificate_key
from tenants.accounts.rules import name_key
from tenants.crypto import blind_index


def lookup_of(purpose: str, number: str, name: str) -> str:
    """One value of `purpose` that is equal only when number and name both are, however they are written: a wrong name
    looks like a wrong number."""
    return blind_index(purpose, f"{certificate_key(number)}|{name_key(name)}")
