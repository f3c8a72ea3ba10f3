"""Finding one person by what they and their papers tell; there is no list of everybody."""

from tenants.accounts.models import User
from tenants.accounts.rules import account_of, same_name
from tenants.crypto import blind_index


def find_person(*, number: str = "", name: str = "", phone: str = "") -> User | None:
    """By the full number of the document, or by name and phone together; None unless everything given agrees."""
    space, text = account_of(number or phone)
    if space == "account" or bool(number) == (space == "phone"):
        return None
    field = "phone_index" if space == "phone" else "id_number_index"
    found = User.objects.filter(**{field: blind_index(space, text)}, anonymised_at=None).order_by("-phone_verified_at")
    agreeing = [user for user in found if (not name or same_name(user.name, name))]
    return agreeing[0] if agreeing else None
