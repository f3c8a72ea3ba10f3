"""Open an institution in one go: row, hosts, schema, pages, logo, first manager, invitation. All of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _
from django_tenants.utils import get_public_schema_name, schema_context, schema_exists, tenant_context

from cms.first_words import first_words
from cms.seeding import seed_site
from tenants import naming
from tenants.accounts.models import User
from tenants.accounts.services import pre_register
from tenants.applications import note_approved
from tenants.details import check_free
from tenants.domains import base_domain, require_free
from tenants.logos import Picture, save_logo
from tenants.messages.models import Sms
from tenants.messages.services import queue_sms
from tenants.models import Application, Institution
from tenants.queries import address_of
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for
from tenants.services import open_institution

OPENING_LOCK = 7_140_002  # an arbitrary advisory lock of ours


class Part(models.TextChoices):
    """What opening consists of, in its order."""

    CHECK = "check", _("Check names and addresses")
    SCHEMA = "schema", _("Copy the data structure and the roles")
    PAGES = "pages", _("Write the first pages")
    LOGO = "logo", _("Put the logo in place")
    MANAGER = "manager", _("Appoint the first manager")
    INVITATION = "invitation", _("Write the invitation")


@dataclass(frozen=True)
class FirstManager:
    """Who will manage the institution. The phone counts only for a person who has no account yet."""

    name: str
    id_number: str
    phone: str


@dataclass(frozen=True)
class Opening:
    """Everything the wizard asked for, as its forms have cleaned it."""

    name: str
    short_name: str
    code: str
    credit_code: str
    subdomain: str
    manager: FirstManager
    brand_main: str
    brand_accent: str
    region: str = ""
    address: str = ""
    phone: str = ""
    contact_name: str = ""
    position_codes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = field(default=())  # of its own, besides the subdomain
    logo: Picture | None = None


@dataclass(frozen=True)
class Opened:
    institution: Institution
    manager: User
    invitation: Sms


Told = Callable[[Part], None]


def open_with_site(
    what: Opening, *, by: Any, at: datetime, application: Application | None = None, told: Told = lambda part: None
) -> Opened:
    """Open an institution with its site, its manager and the invitation, in one transaction.

    `told` hears of each part as it begins. Any error (`DomainError` where a person can do something about it) takes
    everything back: schema, rows, logo and SMS; nothing is written outside the database.
    """
    with schema_context(get_public_schema_name()), transaction.atomic():
        told(Part.CHECK)
        _one_at_a_time()
        hosts = _hosts(what)
        check_free(code=what.code, credit_code=what.credit_code, name=what.name)
        told(Part.SCHEMA)
        institution = _institution(what, hosts, by, at)
        told(Part.PAGES)
        seed_site(institution, first_words(institution, at=at), by=by, at=at)
        told(Part.LOGO)
        if what.logo is not None:
            save_logo(institution, what.logo, by=by, at=at)
        told(Part.MANAGER)
        manager = _manager(what.manager, institution, by, at)
        told(Part.INVITATION)
        invitation = _invite(manager, institution, at)
        if application is not None:
            note_approved(application, institution, by=by, at=at)
    return Opened(institution, manager, invitation)


def _one_at_a_time() -> None:
    """Two openings at once would both find a name free; the second waits and then reads the truth."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [OPENING_LOCK])


def _hosts(what: Opening) -> list[str]:
    """The subdomain first, because it works at once; names of its own may become the main one later."""
    base = base_domain()
    below = f"{naming.normalised_subdomain(what.subdomain)}.{base}"
    hosts = [below, *(naming.normalised_host(host, base=base) for host in what.hosts)]
    for host in hosts:
        require_free(host)
    return list(dict.fromkeys(hosts))


def _institution(what: Opening, hosts: list[str], by: Any, at: datetime) -> Institution:
    return open_institution(
        schema_name=_free_schema(what.subdomain), code=what.code, name=what.name, short_name=what.short_name,
        credit_code=what.credit_code, region=what.region, address=what.address, phone=what.phone,
        contact_name=what.contact_name, position_codes=sorted(what.position_codes), hosts=hosts,
        brand_main=what.brand_main, brand_accent=what.brand_accent, by=by, at=at,
    )  # fmt: skip


def _free_schema(subdomain: str) -> str:
    """The subdomain as a schema; with a number where an institution that has moved on still has that schema."""
    wanted = naming.schema_for(subdomain)
    numbered = (f"{wanted}_{number}" for number in range(2, 1000))
    return next(name for name in (wanted, *numbered) if not schema_exists(name))


def _manager(who: FirstManager, institution: Institution, by: Any, at: datetime) -> User:
    """An account that exists keeps its phone and password, whatever was typed."""
    user = pre_register(id_number=who.id_number, name=who.name, phone=who.phone, by=by, institution=institution, at=at)
    with tenant_context(institution):
        grant_role(user, Role.MANAGER, by=by, at=at)
    return user


def _invite(manager: User, institution: Institution, at: datetime) -> Sms:
    return queue_sms(
        key=f"institution-opened:{institution.uuid}",
        template="institution_opened",
        params={
            "name": manager.name,
            "institution": institution.name,
            "host": address_of(institution).partition("://")[2].rstrip("/"),
            "password": rules_for(PeopleRules, at=at).initial_password,
        },
        user=manager,
        institution=institution,
        at=at,
    )
