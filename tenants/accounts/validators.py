"""Password rules that the first-sign-in page shows as a list."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class LettersAndDigitsValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if not (any(c.isalpha() for c in password) and any(c.isdigit() for c in password)):
            raise ValidationError(self.get_help_text(), code="password.letters_and_digits")

    def get_help_text(self) -> str:
        return _("Letters as well as digits")


class NotYourNumberValidator:
    """Refuses a password that holds the birthday, or six digits in a row of the ID number or the phone."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        id_number, phone = user.id_number or "", user.phone or ""
        pieces = {text[i : i + 6] for text in (id_number, phone) for i in range(len(text) - 5)}
        if any(piece in password for piece in pieces):
            raise ValidationError(self.get_help_text(), code="password.own_number")

    def get_help_text(self) -> str:
        return _("No birthday, ID number or phone number in it")
