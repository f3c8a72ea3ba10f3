"""Reads of institutions."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, Subquery

from tenants.models import Domain, Institution


def institution_of_host(host: str) -> Institution | None:
    """The institution that owns `host` (no port), or None. Always read from public.

    `primary_host` is the host name of its main address (no port), in the same query.
    """
    main = Domain.objects.filter(tenant=OuterRef("tenant"), is_primary=True).values("domain")[:1]
    found = Domain.objects.select_related("tenant").annotate(main=Subquery(main))
    domain = found.filter(domain=host.lower()).first()
    if domain is None:
        return None
    domain.tenant.domain_url, domain.tenant.primary_host = domain.domain, domain.main or domain.domain
    return domain.tenant


def association() -> Institution:
    """The one tenant that is the association."""
    return Institution.objects.get(kind="association")


def address_of(institution: Institution) -> str:
    """The site's address for a person or an SMS, with the scheme and port of the portal's: https://x.example.cn/."""
    portal = urlsplit(settings.PORTAL_URL)
    port = f":{portal.port}" if portal.port else ""
    return f"{portal.scheme}://{institution.host}{port}/"
