"""What an institution may be called and where it may live: pure rules on plain values."""

import ipaddress
import re
import unicodedata

import idna
from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

# Names below the portal's own that no institution may have: ours, those people take for ours, and mail's.
_RESERVED = """
    www ww1 www1 web admin administrator api app apps portal static media assets cdn img images files upload
    download downloads demo test testing dev staging beta association template public private system root operator
    support help service services status monitor health mail email smtp imap pop pop3 mx ns ns1 ns2 dns ftp sftp
    ssh vpn git db database redis postgres camera study exam verify cert certs certificate certificates sms
    signin login logout register account accounts my sso auth oauth pay payment gov official news blog shop
    localhost autodiscover autoconfig postmaster webmaster hostmaster abuse security
"""
RESERVED = frozenset(_RESERVED.split())
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z](?:[a-z0-9-]{0,28}[a-z0-9])")
CODE = re.compile(r"[A-Z0-9]{2,16}")
PHONE = re.compile(r"[0-9+()\- ]{5,40}(?:转 ?\d{1,6})?")
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
SHORTEST, LONGEST = 2, 12  # of a short name, because it is the SMS signature too (DOMAIN, Messages)


class BadName(DomainError):
    code = "institution.bad_name"
    message = _("2 to 12 Chinese characters, letters or digits, without spaces and signs: it is the SMS signature too.")
    status = 400


class BadCreditCode(DomainError):
    code = "institution.bad_credit_code"
    message = _("This is not a valid unified social credit code. Compare all 18 characters with the licence.")
    status = 400


class BadCode(DomainError):
    code = "institution.bad_code"
    message = _("2 to 16 letters and digits, for example GD004.")
    status = 400


class BadHost(DomainError):
    code = "institution.bad_host"
    message = _("This is not a host name. Write it without http:// and without a path, for example peixun.example.cn.")
    status = 400


class ReservedHost(DomainError):
    code = "institution.host_reserved"
    message = _("This name is kept for the system. Choose another one.")
    status = 400


class BadPhone(DomainError):
    code = "institution.bad_phone"
    message = _("Write a telephone number, for example 020-83330001.")
    status = 400


def normalised_short_name(text: str) -> str:
    """2 to 12 letters or digits of any script. Raises `BadName`."""
    name = unicodedata.normalize("NFKC", text).strip()
    if not SHORTEST <= len(name) <= LONGEST or not name.isalnum():
        raise BadName
    return name


def normalised_code(text: str) -> str:
    """The association's own number of an institution, in capitals. Raises `BadCode`."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if not CODE.fullmatch(code):
        raise BadCode
    return code


def normalised_credit_code(text: str) -> str:
    """The 18 characters of a unified social credit code (GB 32100), checked. Raises `BadCreditCode`."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(code) != 18 or any(character not in CREDIT_ALPHABET for character in code):
        raise BadCreditCode
    if code[17] != credit_check_character(code[:17]):
        raise BadCreditCode
    return code


def credit_check_character(body: str) -> str:
    """The 18th character: weights are the powers of 3 modulo 31."""
    total = sum(CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return CREDIT_ALPHABET[-total % 31]


def normalised_office_phone(text: str) -> str:
    """A number as people write it: mobile, landline or 400, with extension. Raises `BadPhone`."""
    phone = unicodedata.normalize("NFKC", text).strip()
    if not PHONE.fullmatch(phone) or not 7 <= sum(character.isdigit() for character in phone) <= 20:
        raise BadPhone
    return phone


def normalised_subdomain(text: str) -> str:
    """The first label of an address below the portal's. Raises `BadHost`, `ReservedHost`."""
    label = unicodedata.normalize("NFKC", text).strip().lower()
    if not SUBDOMAIN.fullmatch(label) or "--" in label:
        raise BadHost(_("2 to 30 letters, digits and hyphens, beginning with a letter, for example dongjiang."))
    if is_reserved(label):
        raise ReservedHost
    return label


def is_reserved(label: str) -> bool:
    """Reserved as it stands, without its hyphens, or with a number behind it: `www`, `www2`, `w-w-w`."""
    bare = label.replace("-", "")
    return label in RESERVED or bare in RESERVED or bare.rstrip("0123456789") in RESERVED


def normalised_host(text: str, *, base: str) -> str:
    """A host name as browsers send it: lower case, international names in their ASCII form.

    `base` is the portal's own host; below it the reserved names are refused, and the portal's itself always.
    Raises `BadHost`, `ReservedHost`.
    """
    typed = unicodedata.normalize("NFKC", text).strip().rstrip(".").lower()
    if re.search(r"[/:@?#\s\\*]", typed) or len(typed) > 253 or "." not in typed:
        raise BadHost
    host = _ascii(typed)
    if not all(LABEL.fullmatch(label) for label in host.split(".")) or _is_address(host):
        raise BadHost
    if host == base or host.endswith(".localhost.localdomain"):
        raise ReservedHost
    if host.endswith(f".{base}") and is_reserved(host.removesuffix(f".{base}").rpartition(".")[2]):
        raise ReservedHost
    return host


def _ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise BadHost from error


def _is_address(host: str) -> bool:
    """An IP address, or something a browser would read as one (the last label a number)."""
    if host.rpartition(".")[2].isdigit():
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def shown_host(host: str) -> str:
    """The name as people write it: 培训.example.cn for xn--fsq….example.cn."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def schema_for(subdomain: str) -> str:
    """The schema of a new institution: what PostgreSQL takes without quotes, and a media folder's name."""
    return subdomain.replace("-", "_")
