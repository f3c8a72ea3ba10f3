"""Open institutions. What changes afterwards: tenants.states, .details, .domains, .logos."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tenants.clone import CloneSchema
from django_tenants.utils import schema_context, schema_exists

from tenants import brand, schema_check
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Domain, Institution, Kind, State
from tenants.roles.services import ensure_groups
from tenants.schema import forget_search_path


class CannotOpen(DomainError):
    code = "institution.cannot_open"
    message = _("The institution could not be opened.")


class HostTaken(DomainError):
    code = "institution.host_taken"
    message = _("This address already belongs to an institution.")


def open_institution(
    *,
    schema_name: str,
    code: str,
    name: str,
    hosts: Sequence[str],
    brand_main: str,
    brand_accent: str,
    by: Any,
    at: datetime,
    kind: Kind = Kind.INSTITUTION,
    **details: Any,
) -> Institution:
    """Open an institution: row, hosts, cloned schema, groups, palette; all or nothing.

    `hosts` are names without port, the first is the primary one. `details` are further fields of `Institution`.
    Seeding the site's pages is the caller's (cms is a higher floor). Raises `CannotOpen`, `HostTaken`, `BadColour`,
    `SchemaIncomplete`.
    """
    hosts = [host.lower() for host in hosts]
    if Domain.objects.filter(domain__in=hosts).exists():
        raise HostTaken
    if not schema_exists(settings.TENANT_BASE_SCHEMA):
        raise CannotOpen(_("The template schema is missing; run the migrations first."))
    with transaction.atomic():
        institution = Institution(
            schema_name=schema_name, code=code, name=name, kind=kind, state=State.APPROVED,
            brand_main=brand_main, brand_accent=brand_accent, palette=brand.palette(brand_main, brand_accent),
            short_name=details.pop("short_name", name[:12]), opened_at=at, created_at=at, **details,
        )  # fmt: skip
        institution.full_clean(exclude=["palette"])
        institution.save()
        for index, host in enumerate(hosts):
            Domain.objects.create(domain=host, tenant=institution, is_primary=index == 0)
        CloneSchema().clone_schema(settings.TENANT_BASE_SCHEMA, schema_name, "DATA")
        forget_search_path()
        schema_check.require_complete(schema_name)
        with schema_context(schema_name):
            ensure_groups(institution)
        record("institution.opened", actor=by, subject=institution, institution=institution, at=at, code=code)
    return institution


def ensure_template(at: datetime) -> Institution:
    """The row of the template schema that new institutions are cloned from; `migrate_schemas` fills it."""
    template, _created = Institution.objects.get_or_create(
        schema_name=settings.TENANT_BASE_SCHEMA,
        defaults={
            "kind": Kind.TEMPLATE,
            "state": State.CLOSED,
            "code": "template",
            "name": "template",
            "short_name": "template",
            "created_at": at,
        },
    )
    return template
