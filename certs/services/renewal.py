"""Renewal (证书更新): a qualification certificate takes the place of a post certificate, which becomes void."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from certs.errors import CannotCertify
from certs.models import QualificationCertificate
from certs.numbers import next_serial
from certs.pdf.facts import QualificationFacts
from certs.queries import Standing, standing_of
from certs.rules import CertRules, number_of
from certs.services.documents import freeze
from learning.models import PostCertificate
from learning.services import supersede_post_certificate
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.queries import association
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope


@transaction.atomic
def renew(post_certificate: PostCertificate, user: User, *, at: datetime) -> QualificationCertificate:
    """Issue the qualification certificate and void the post certificate, both or neither.

    Raises `CannotCertify` with the code that `rules.why_no_renewal` gives, and `NameNotPrintable`.
    """
    with province_scope():
        found = (
            PostCertificate.objects.select_for_update(no_key=True, of=("self",))
            .select_related("position")
            .get(pk=post_certificate.pk)
        )
        standing = standing_of(found, user, at=at)
        if standing.refusal:
            raise CannotCertify(standing.refusal)
        certificate = QualificationCertificate(
            post_certificate=found,
            position=found.position,
            institution=standing.institution,
            user=user,
            issued_at=at,
        )
        freeze(certificate, qualification_facts(found, user, standing, at))
        certificate.save(force_insert=True)
        supersede_post_certificate(found, by=user, at=at)
        record("qualification_certificate.issued", actor=user, subject=certificate, at=at, post=str(found.uuid))
    return certificate


def qualification_facts(
    post_certificate: PostCertificate, user: User, standing: Standing, at: datetime
) -> QualificationFacts:
    """What the certificate says, with the next number of the year of issue."""
    rules, year = rules_for(CertRules, at=at), localdate(at).year
    position = post_certificate.position
    serial = next_serial("qualification", year)
    return QualificationFacts(
        number=number_of(rules.qualification_number, rules=rules, year=year, position=position.code, serial=serial),
        name=user.name,
        id_number=user.id_number,
        position=position.name,
        issuer=association().name,
        seal_caption=rules.qualification_seal,
        issued_on=localdate(at),
        records=standing.records,
    )
