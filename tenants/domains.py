"""An institution's host names: add one, take one away, choose the first. At least one always stays."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Domain, Institution
from tenants.naming import normalised_host
from tenants.queries import association
from tenants.services import HostTaken


class LastDomain(DomainError):
    code = "institution.last_domain"
    message = _("An institution needs at least one address. Add another one first.")


class PrimaryDomain(DomainError):
    code = "institution.primary_domain"
    message = _("This is the main address. Make another one the main address first, then take this one away.")


def base_domain() -> str:
    """The host below which institutions get theirs: the portal's own."""
    return association().host


def require_free(host: str) -> None:
    """Raises `HostTaken`, which names nobody."""
    if Domain.objects.filter(domain=host).exists():
        raise HostTaken


def add_domain(institution: Institution, host: str, *, by: Any, at: datetime, primary: bool = False) -> Domain:
    """A further host name of `institution`. Raises `BadHost`, `ReservedHost`, `HostTaken`."""
    host = normalised_host(host, base=base_domain())
    require_free(host)
    try:
        with transaction.atomic():
            _lock(institution)
            domain = Domain(domain=host, tenant=institution, is_primary=primary)
            domain.save()
            record("institution.domain_added", actor=by, subject=institution, institution=institution, at=at, host=host)
    except IntegrityError as error:  # somebody else was quicker
        raise HostTaken from error
    return domain


def remove_domain(domain: Domain, *, by: Any, at: datetime) -> None:
    """The name leads nowhere from now on. Raises `LastDomain`, `PrimaryDomain`."""
    institution, host = domain.tenant, domain.domain
    with transaction.atomic():
        _lock(institution)
        if Domain.objects.filter(tenant=institution).count() == 1:
            raise LastDomain
        domain.refresh_from_db()
        if domain.is_primary:
            raise PrimaryDomain
        domain.delete()
        record("institution.domain_removed", actor=by, subject=institution, institution=institution, at=at, host=host)


def make_primary(domain: Domain, *, by: Any, at: datetime) -> None:
    """Links, invitations and hand-offs lead to this name from now on. The others keep working."""
    institution = domain.tenant
    with transaction.atomic():
        _lock(institution)
        Domain.objects.filter(tenant=institution).update(is_primary=False)
        Domain.objects.filter(pk=domain.pk).update(is_primary=True)
        record(
            "institution.domain_primary",
            actor=by,
            subject=institution,
            institution=institution,
            at=at,
            host=domain.domain,
        )


def _lock(institution: Institution) -> None:
    """One change of an institution's names at a time."""
    Institution.objects.select_for_update().get(pk=institution.pk)
