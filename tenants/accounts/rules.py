"""Identity numbers and phones: pure rules (DOMAIN, Identity numbers)."""

import re
import unicodedata
from datetime import date

import phonenumbers
from django.utils.translation import gettext_lazy as _
from id_validator import validator

from tenants.errors import DomainError

PERMIT_PREFIXES = ("81", "82", "83")  # residence permits of Hong Kong, Macao, Taiwan


class BadIdNumber(DomainError):
    code = "account.bad_id_number"
    message = _("This ID number is not valid. Check the 18 digits on the card.")
    status = 400


class BadPhone(DomainError):
    code = "account.bad_phone"
    message = _("This is not a mobile number of the mainland. It has 11 digits.")
    status = 400


def normalised_id_number(text: str) -> str:
    """Full-width digits, spaces and a small x as people type them → the bare number. Raises `BadIdNumber`.

    Check digit and date must hold; an unknown region is accepted (`is_known_region` tells), because old codes are many.
    """
    number = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not re.fullmatch(r"\d{17}[\dX]", number) or not validator.is_valid(number):
        raise BadIdNumber
    return number


def is_known_region(number: str) -> bool:
    """False where the first six digits are in no table, neither current nor abandoned."""
    return number.startswith(PERMIT_PREFIXES) or bool(validator.get_info(number).get("address"))


def gender_of(number: str) -> str:
    """The 17th digit: odd is male."""
    return "male" if int(number[16]) % 2 else "female"


def born_on(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def normalised_phone(text: str) -> str:
    """A mainland mobile number as 11 digits. Raises `BadPhone`."""
    try:
        parsed = phonenumbers.parse(unicodedata.normalize("NFKC", text), "CN")
    except phonenumbers.NumberParseException as error:
        raise BadPhone from error
    digits = str(parsed.national_number)
    if parsed.country_code != 86 or not re.fullmatch(r"1[3-9]\d{9}", digits):
        raise BadPhone
    return digits
