"""What the association changes about an open institution: its names, contact, positions and look."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants import brand, colours, filings, naming
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution


class CodeTaken(DomainError):
    code = "institution.code_taken"
    message = _("Another institution has this code.")
    status = 400


class CreditCodeTaken(DomainError):
    code = "institution.credit_code_taken"
    message = _("An institution with this credit code exists already.")
    status = 400


class NameTaken(DomainError):
    code = "institution.name_taken"
    message = _("Another institution has this name.")
    status = 400


def check_free(*, code: str = "", credit_code: str = "", name: str = "", but: Institution | None = None) -> None:
    """Raises `CodeTaken`, `CreditCodeTaken`, `NameTaken` where another institution has it already."""
    others = Institution.objects.exclude(pk=but.pk) if but is not None else Institution.objects.all()
    if code and others.filter(code__iexact=code).exists():
        raise CodeTaken
    if credit_code and others.filter(credit_code=credit_code).exists():
        raise CreditCodeTaken
    if name and others.filter(name=name).exists():
        raise NameTaken


def rename(institution: Institution, *, name: str, short_name: str, by: Any, at: datetime) -> None:
    """New names from now on; certificates that were issued keep the old one. Raises `BadName`, `NameTaken`."""
    short_name = naming.normalised_short_name(short_name)
    was = {"name": institution.name, "short_name": institution.short_name}
    with transaction.atomic():
        _lock(institution)
        check_free(name=name, but=institution)
        _write(institution, name=name, short_name=short_name)
        record(
            "institution.renamed", actor=by, subject=institution, institution=institution, at=at,
            was=was, now={"name": name, "short_name": short_name},
        )  # fmt: skip


def change_contact(institution: Institution, *, by: Any, at: datetime, **values: str) -> None:
    """Region, address, telephone, contact person, credit code; the audit row names the fields, not the person."""
    with transaction.atomic():
        _lock(institution)
        if credit_code := values.get("credit_code"):
            check_free(credit_code=credit_code, but=institution)
        changed = sorted(name for name, value in values.items() if getattr(institution, name) != value)
        _write(institution, **values)
        if changed:
            record("institution.contact", actor=by, subject=institution, institution=institution, at=at, fields=changed)


def change_positions(institution: Institution, codes: Sequence[str], *, by: Any, at: datetime) -> None:
    """The positions it may train. Who is enrolled for another one keeps the enrolment; new ones are refused."""
    codes = sorted(set(codes))
    with transaction.atomic():
        was = _lock(institution).position_codes
        _write(institution, position_codes=codes)
        record(
            "institution.positions", actor=by, subject=institution, institution=institution, at=at, was=was, now=codes
        )


def change_brand(institution: Institution, *, main: str, accent: str, by: Any, at: datetime) -> None:
    """Set the two colours and recompute the palette that holds its contrast. Raises `BadColour`."""
    main, accent = colours.checked(main), colours.checked(accent)
    with transaction.atomic():
        _lock(institution)
        _write(institution, brand_main=main, brand_accent=accent, palette=brand.palette(main, accent))
        record(
            "institution.brand", actor=by, subject=institution, institution=institution, at=at, main=main, accent=accent
        )


def change_footer(
    institution: Institution,
    *,
    text: str,
    service_hours: str,
    icp_number: str,
    police_number: str,
    by: Any,
    at: datetime,
) -> None:
    """What stands at the foot of every page. Raises `BadIcpNumber`, `BadPoliceNumber`."""
    values = {
        "footer_text": " ".join(text.split()),
        "service_hours": " ".join(service_hours.split()),
        "icp_number": filings.icp_number(icp_number),
        "police_number": filings.police_number(police_number),
    }
    with transaction.atomic():
        stored = _lock(institution)
        changed = sorted(name for name, value in values.items() if getattr(stored, name) != value)
        _write(institution, **values)
        if changed:
            record("institution.footer", actor=by, subject=institution, institution=institution, at=at, fields=changed)


def _lock(institution: Institution) -> Institution:
    return Institution.objects.select_for_update().get(pk=institution.pk)


def _write(institution: Institution, **values: Any) -> None:
    """By update: django-tenants saves a tenant's row from public or its own schema only."""
    Institution.objects.filter(pk=institution.pk).update(**values)
    for name, value in values.items():
        setattr(institution, name, value)
