"""The association's register of post certificates."""

from datetime import date, datetime

from django.db import transaction

from learning.errors import CannotEnrol
from learning.models import Position, PostCertificate, PostCertificateState
from tenants.accounts.models import User, number_index
from tenants.audit.services import record


@transaction.atomic
def register_post_certificate(
    *, number: str, id_number: str, name: str, position: Position, issued_on: date, by: User | None, at: datetime
) -> PostCertificate:
    """Enter one post certificate. `id_number` and `name` are those of the holder; no account is needed."""
    certificate = PostCertificate(
        number=number.strip(), holder_name=name.strip(), position=position, issued_on=issued_on
    )
    certificate.holder_id_number = id_number.strip().upper()
    certificate.holder_id_index = number_index(id_number)
    certificate.save(force_insert=True)
    record("post_certificate.registered", actor=by, subject=certificate, at=at, position=position.code)
    return certificate


def supersede_post_certificate(certificate: PostCertificate, *, by: User | None, at: datetime) -> PostCertificate:
    """A qualification certificate takes its place. Raises `enrolment.not_valid` when it is not valid any more."""
    return _retire(certificate, PostCertificateState.SUPERSEDED, by=by, at=at)


def revoke_post_certificate(certificate: PostCertificate, *, by: User, at: datetime) -> PostCertificate:
    """The association withdraws it."""
    return _retire(certificate, PostCertificateState.REVOKED, by=by, at=at)


@transaction.atomic
def _retire(
    certificate: PostCertificate, state: PostCertificateState, *, by: User | None, at: datetime
) -> PostCertificate:
    found = PostCertificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if found.state != PostCertificateState.VALID:
        raise CannotEnrol("not_valid")
    found.state = state
    found.superseded_at = at
    found.save(update_fields=["state", "superseded_at"])
    record(f"post_certificate.{state.value}", actor=by, subject=found, at=at)
    return found
