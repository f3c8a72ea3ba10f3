"""Forgotten password: a code to the phone of the account, then a new password. It never says whether an account exists.

An account that nobody has used yet is set up in the same way: then this is its first sign-in.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tenants.accounts import codes, lockout, services, sessions
from tenants.accounts.models import CodePurpose, SignedIn, User
from tenants.models import Institution

PURPOSE = CodePurpose.PASSWORD


def account_of_index(index: str) -> User | None:
    """The person who can be reached by SMS under this blind index of an account, or None."""
    by_phone = Q(phone_index=index, phone_verified_at__isnull=False, activated_at__isnull=False)
    user = User.objects.filter(Q(id_number_index=index) | by_phone, is_active=True).first()
    return user if user is not None and user.phone else None


def ask_for_code(index: str, *, institution: Institution | None, address: str, at: datetime) -> str:
    """Send a code if the account exists; do the same work if not. Returns the uuid of the code to be typed, or "".

    Caps are kept and never told: they would tell who exists.
    """
    user = account_of_index(index)
    where: dict[str, Any] = {"institution": institution, "address": address, "at": at}
    try:
        code = codes.send_code(user, PURPOSE, **where) if user else codes.make_decoy(index, PURPOSE, **where)
    except (codes.TooSoon, codes.TooMany, codes.TooManyHere):
        return codes.latest_uuid(user.phone_index if user else index, PURPOSE)
    return str(code.uuid)


def check(index: str, code: str, digits: str, *, at: datetime) -> User:
    """The person whose phone answered. Raises `WrongCode`."""
    used = codes.check_code_of(UUID(code) if code else None, PURPOSE, digits, at=at)
    user = account_of_index(index)
    if user is None or used.user_id != user.pk or used.phone_index != user.phone_index:
        raise codes.WrongCode
    return user


def set_new_password(user: User, password: str, *, at: datetime) -> None:
    """The new password; every session of before ends. Raises `WeakPassword`, `PhoneTaken`."""
    with transaction.atomic():
        if user.activated_at is None:
            services.activate(user, password, at=at)
        else:
            services.set_own_password(user, password, at=at)
        sessions.end_sessions(user, why=SignedIn.End.PASSWORD, keep=None, by=user, at=at)
    for index in (user.id_number_index, user.phone_index):
        lockout.proved(index)
