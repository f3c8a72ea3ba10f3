"""Identity documents, names and phones: pure rules (DOMAIN, Identity numbers)."""

import re
import unicodedata
from datetime import date

import phonenumbers
from django.utils.translation import gettext_lazy as _
from id_validator import helper as id_tables

from tenants.errors import DomainError

PERMIT_PREFIXES = ("81", "82", "83")  # residence permits of Hong Kong, Macao, Taiwan
FAULTS = {
    "length": _("The number has 18 digits, the last may be an X. Count them once more."),
    "date": _("Digits 7 to 14 are the date of birth, and this date does not exist. Check them."),
    "digit": _("A digit of the number is wrong. Compare it digit by digit with the document."),
    "passport": _("A passport number has 5 to 17 letters and digits. Copy it from the page with the photo."),
}
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class BadIdNumber(DomainError):
    code = "account.bad_id_number"
    message = _("This ID number is not valid. Check the 18 digits on the card.")
    status = 400


class BadDocument(DomainError):
    """The number cannot be one of this kind; the message says what to look at, never what would be right."""

    code = "account.bad_document"
    status = 400


class BadName(DomainError):
    code = "account.bad_name"
    message = _("Write the name exactly as on the document: two to fifty characters, no digits.")
    status = 400


class BadPhone(DomainError):
    code = "account.bad_phone"
    message = _("This is not a mobile number of the mainland. It has 11 digits.")
    status = 400


def normalised_id_number(text: str) -> str:
    """Full-width digits, spaces and a small x as people type them → the bare number. Raises `BadIdNumber`.

    Check digit and date must hold; an unknown region is accepted (`is_known_region` tells), because old codes are many.
    """
    number = _bare(text)
    if _fault_of(number):
        raise BadIdNumber
    return number


def _fault_of(number: str) -> str:
    """What is wrong with 18 bare digits: `length`, `date`, `digit`, or nothing. The region is no fault (DOMAIN)."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "length"
    if number[6:10] < "1900" or not id_tables.check_birthday_code(number[6:14]):
        return "date"
    return "" if id_tables.generator_check_bit(number[:17]) == number[17] else "digit"


def _bare(text: str) -> str:
    """Without spaces, hyphens and dots; full-width characters as plain ones; capitals."""
    return re.sub(r"[\s\-.]", "", unicodedata.normalize("NFKC", text)).upper()


def normalised_document(kind: str, text: str) -> str:
    """The number of a document of `kind` (`DocumentKind`) as it is stored. Raises `BadDocument`.

    Resident ID cards and residence permits: 18 digits, check digit ISO 7064 MOD 11-2 (GB 11643), permits begin with
    81, 82 or 83. Passports: 5 to 17 letters and digits; what reads as a mainland mobile number is none, because
    people sign in with either.
    """
    if kind == "passport":
        number = _bare(text)
        if not re.fullmatch(r"[A-Z0-9]{5,17}", number) or not re.search(r"[0-9]", number) or _MOBILE.fullmatch(number):
            raise BadDocument(FAULTS["passport"])
        return number
    number = _eighteen(text)
    is_permit = number.startswith(PERMIT_PREFIXES)
    if kind == "residence_permit" and not is_permit:
        raise BadDocument(_("The number of a residence permit begins with 81, 82 or 83. Check the kind of document."))
    if kind != "residence_permit" and is_permit:
        raise BadDocument(_("This is the number of a residence permit. Choose that kind of document above."))
    return number


def _eighteen(text: str) -> str:
    """The 18 digits, or a `BadDocument` that says which part to look at."""
    number = _bare(text)
    if fault := _fault_of(number):
        raise BadDocument(FAULTS[fault])
    return number


def kind_of(text: str) -> str:
    """The kind of document that an 18-digit number belongs to; a passport must be named."""
    return "residence_permit" if _bare(text).startswith(PERMIT_PREFIXES) else "resident_id"


def account_of(text: str) -> tuple[str, str]:
    """What somebody typed as their account → (namespace of the blind index, normalised text); never an error.

    A mainland mobile number, an 18-digit number, or a passport's; anything else is looked up as it stands and found
    nowhere.
    """
    try:
        return "phone", normalised_phone(text)
    except BadPhone:
        bare = _bare(text)
    if re.fullmatch(r"[0-9]{17}[0-9X]", bare):
        return "id_number", bare
    if re.fullmatch(r"[A-Z0-9]{5,17}", bare):
        return "passport", bare
    return "account", bare[:64]


def normalised_name(text: str) -> str:
    """A name without double spaces, the dot of minorities' names always the same one. Raises `BadName`."""
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    name = re.sub(r" ?[·•・‧∙⋅●.] ?(?=[^\x00-\x7f])", "·", name)
    if not 2 <= len(name) <= 50 or re.search(r"[^\w ·.'’\-]|[0-9_]", name):
        raise BadName
    return name


def name_key(name: str) -> str:
    """What is equal for two spellings of one name: spaces, width, case and the kind of dot do not count."""
    return re.sub(r"[\s·•・‧∙⋅●.\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFKC", name)).casefold()


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name."""
    return name_key(one) == name_key(other)


def is_known_region(number: str) -> bool:
    """False where the first six digits are in no table, neither current nor abandoned."""
    return number.startswith(PERMIT_PREFIXES) or id_tables.check_address_code(number[:6], number[6:14])


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
    if parsed.country_code != 86 or not _MOBILE.fullmatch(digits):
        raise BadPhone
    return digits
