"""The first superuser of an installation."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import User
from tenants.accounts.rules import normalised_phone
from tenants.accounts.services import pre_register
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.queries import association


class OtherPhone(DomainError):
    code = "account.other_phone"
    message = _("This person already has an account with another phone. Give that one, or change it in the console.")


def make_superuser(*, id_number: str, name: str, phone: str, at: datetime) -> User:
    """The person of this ID number with all rights at the association; an existing account keeps password and phone.

    Raises `BadDocument`, `BadPhone`, `BadName`, `IdentityConflict`, `OtherPhone`.
    """
    with transaction.atomic():
        user = pre_register(
            id_number=id_number, name=name, phone=phone, by=None, institution=association(), at=at
        )  # fmt: skip
        user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if user.phone != normalised_phone(phone):
            raise OtherPhone
        user.is_superuser = True
        user.save(update_fields=["is_superuser"])
        record("account.superuser", actor=None, subject=user, institution=association(), at=at)
    return user
