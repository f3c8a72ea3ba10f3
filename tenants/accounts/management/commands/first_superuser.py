"""The first person of a new installation: a superuser of the association, who opens everything else in the console."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from tenants.accounts.first import make_superuser
from tenants.accounts.models import User
from tenants.errors import DomainError
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


class Command(BaseCommand):
    help = "Make the association's first superuser. Takes no password: the first sign-in sets it, after an SMS code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--id-number", help="asked for if left out, which keeps it out of the shell's history")
        parser.add_argument("--name")
        parser.add_argument("--phone")
        parser.add_argument("--another", action="store_true", help="although there is one already")

    def handle(self, *args: Any, id_number: str, name: str, phone: str, another: bool, **options: Any) -> None:
        if not another and User.objects.filter(is_superuser=True).exists():
            raise CommandError("There is a superuser already. Give roles in the console, or add --another.")
        try:
            user = make_superuser(
                id_number=id_number or self._ask("ID number: "), name=name or self._ask("Name: "),
                phone=phone or self._ask("Mobile phone (receives the codes): "), at=now(),
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        self.stdout.write(f"{user.name} is a superuser of the association.")
        self.stdout.write(f"Next: open {settings.PORTAL_URL}/signin/ and sign in with the ID number as account.")
        if user.activated_at is None:
            password = rules_for(PeopleRules, at=now()).initial_password
            self.stdout.write(f"The initial password is {password}; it opens nothing but the first sign-in, which")
            self.stdout.write("sends a code to the phone, asks for a password of your own, then for an authenticator.")

    def _ask(self, question: str) -> str:
        try:
            answer = input(question).strip()
        except EOFError:
            answer = ""
        if not answer:
            raise CommandError(f"Nothing was given for: {question.rstrip(': ')}.")
        return answer
