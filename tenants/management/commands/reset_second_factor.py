"""Forget somebody's second factor: for a superadmin, whom nobody else may help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation
from django.utils.timezone import now

from tenants.accounts import factors, staffing
from tenants.accounts.models import SignedIn, User
from tenants.accounts.rules import kind_of, normalised_document
from tenants.accounts.sessions import end_sessions
from tenants.errors import DomainError
from tenants.queries import association


class Command(BaseCommand):
    """Asks for the ID number, so that it stands neither in the shell's history nor in the list of processes."""

    help = "Reset the second factor of a member of staff. Make sure first that it is they who ask."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="stands in the audit trail")

    def handle(self, *_args: Any, reason: str, **_options: Any) -> None:
        typed = input("ID number: ").strip()
        with translation.override("en"):
            try:
                self._reset(typed, reason.strip())
            except DomainError as error:
                raise CommandError(error.message) from error
        self.stdout.write("Done. All sessions have ended; the next sign-in sets up a new authenticator app.")

    def _reset(self, typed: str, reason: str) -> None:
        if len(reason) < 4:
            raise CommandError("Give a reason of at least four characters.")
        kind = kind_of(typed)
        user = User.objects.by_document(kind, normalised_document(kind, typed))
        if user is None:
            raise CommandError("Nobody has this ID number.")
        at, institution = now(), association()
        with transaction.atomic():
            factors.reset_second_factor(user, reason=reason, by=None, institution=institution, at=at)
            end_sessions(user, why=SignedIn.End.ELSEWHERE, keep=None, by=None, at=at)
            staffing.tell_of_reset(user, institution=institution, at=at)
