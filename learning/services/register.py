"""The association's register of post certificates: enter, correct, replace, revoke (rules: `register_rules`)."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from learning.certificate_numbers import certificate_key
from learning.errors import CannotEnrol
from learning.models import Position, PostCertificate, PostCertificateChange, PostCertificateState
from learning.register_errors import CannotChangeRegister
from learning.register_queries import registered
from learning.register_rules import (
    CHANGED,
    NEW,
    UNCHANGED,
    RegisterFacts,
    changed_fields,
    refusal_of_restoring,
    refusal_of_revocation,
    register_change,
)
from learning.rules import EligibilityRules
from tenants.accounts.models import User, number_index
from tenants.accounts.rules import kind_of, normalised_document, normalised_name
from tenants.audit.services import record
from tenants.masking import redacted
from tenants.rulesets.services import rules_for

Kind = PostCertificateChange.Kind


@dataclass(frozen=True)
class CertificateData:
    """What a clerk or a sheet says a certificate is. `cleaned()` gives it as the register writes it."""

    number: str
    id_number: str
    name: str
    position: Position
    issued_on: date

    def cleaned(self) -> "CertificateData":
        """Raises `CannotChangeRegister("number")`, `BadDocument`, `BadName`."""
        number = "".join(self.number.split())
        if not 4 <= len(number) <= 40 or len(certificate_key(number)) < 4:
            raise CannotChangeRegister("number")
        return CertificateData(
            number, holder_number(self.id_number), normalised_name(self.name), self.position, self.issued_on
        )

    @property
    def facts(self) -> RegisterFacts:
        """For `register_change`."""
        return RegisterFacts(
            self.number, number_index(self.id_number), self.name, self.position.code, self.issued_on
        )  # fmt: skip


def holder_number(text: str) -> str:
    """The number of a holder's document as it is stored: 18 digits, or a passport's. Raises `BadDocument`."""
    is_passport = len("".join(text.split())) < 15
    return normalised_document("passport" if is_passport else kind_of(text), text)


@transaction.atomic
def register_post_certificate(
    *, number: str, id_number: str, name: str, position: Position, issued_on: date, by: User | None, at: datetime
) -> PostCertificate:
    """Enter one post certificate. `id_number` and `name` are those of the holder; no account is needed.

    Raises `CannotChangeRegister`, `BadDocument`, `BadName`.
    """
    data = CertificateData(number, id_number, name, position, issued_on).cleaned()
    _refuse_own(by, data.facts.holder)
    found = register_change(None, data.facts, on=localdate(at), rules=rules_for(EligibilityRules, at=at))
    if found != NEW:
        raise CannotChangeRegister(found)
    certificate = PostCertificate(number=data.number, position=position, issued_on=issued_on)
    _write_holder(certificate, data)
    _saved(certificate, force_insert=True)
    record("post_certificate.registered", actor=by, subject=certificate, at=at, position=position.code)
    return certificate


def correct_post_certificate(
    certificate: PostCertificate, data: CertificateData, *, reason: str, seen: int | None = None, by: User, at: datetime
) -> PostCertificate:
    """Write what is right, for a reason. `seen`: the `version` that `by` was looking at.

    What stood there before is kept sealed with the change; the trail names the fields only. Raises
    `CannotChangeRegister` (`stale`, `unchanged`, what `register_change` refuses), `BadDocument`, `BadName`.
    """
    data = data.cleaned()
    with transaction.atomic():
        found = _held(certificate, seen=seen, reason=reason, by=by)
        _refuse_own(by, data.facts.holder)
        known = registered([found])[found.pk]
        verdict = register_change(
            known, data.facts, on=localdate(at), rules=rules_for(EligibilityRules, at=at), by_hand=True
        )
        if verdict != CHANGED:
            raise CannotChangeRegister("unchanged" if verdict == UNCHANGED else verdict)
        fields = changed_fields(known.facts, data.facts)
        values = {name: [_said(found)[name], _wanted(data)[name]] for name in fields}
        found.number, found.position, found.issued_on = data.number, data.position, data.issued_on
        _write_holder(found, data)
        _change(found, Kind.CORRECTED, reason, values, by=by, at=at)
        return found


def revoke_post_certificate(
    certificate: PostCertificate, *, reason: str, seen: int | None = None, by: User, at: datetime
) -> PostCertificate:
    """The association withdraws it: nobody enrols, is confirmed, pays or renews with it any more (ADR 0221).

    Enrolments that rest on it stay as they are. Raises `CannotChangeRegister`.
    """
    with transaction.atomic():
        found = _held(certificate, seen=seen, reason=reason, by=by)
        if refusal := refusal_of_revocation(found.state):
            raise CannotChangeRegister(refusal)
        found.state, found.superseded_at = PostCertificateState.REVOKED, at
        _change(found, Kind.REVOKED, reason, None, by=by, at=at)
        return found


def restore_post_certificate(
    certificate: PostCertificate, *, reason: str, seen: int | None = None, by: User, at: datetime
) -> PostCertificate:
    """Take a revocation back: it is valid as before. Raises `CannotChangeRegister`."""
    with transaction.atomic():
        found = _held(certificate, seen=seen, reason=reason, by=by)
        if refusal := refusal_of_restoring(found.state):
            raise CannotChangeRegister(refusal)
        found.state, found.superseded_at = PostCertificateState.VALID, None
        _change(found, Kind.RESTORED, reason, None, by=by, at=at)
        return found


@transaction.atomic
def supersede_post_certificate(certificate: PostCertificate, *, by: User | None, at: datetime) -> PostCertificate:
    """A qualification certificate takes its place. Raises `enrolment.not_valid` when it is not valid any more."""
    found = PostCertificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if found.state != PostCertificateState.VALID:
        raise CannotEnrol("not_valid")
    found.state, found.superseded_at, found.version = PostCertificateState.SUPERSEDED, at, found.version + 1
    found.save(update_fields=["state", "superseded_at", "version"])
    record("post_certificate.superseded", actor=by, subject=found, at=at)
    return found


def _held(certificate: PostCertificate, *, seen: int | None, reason: str, by: User) -> PostCertificate:
    """The row as it is now, held; enrolling holds it too, so that nobody enrols with what is being changed."""
    if len(" ".join(reason.split())) < 2:
        raise CannotChangeRegister("reason")
    rows = PostCertificate.objects.select_for_update(of=("self",)).select_related("position")
    found = rows.get(pk=certificate.pk)
    if seen is not None and seen != found.version:
        raise CannotChangeRegister("stale")
    _refuse_own(by, found.holder_id_index)
    return found


def _refuse_own(by: User | None, holder: str) -> None:
    if by is not None and by.id_number_index == holder:
        raise CannotChangeRegister("own")


def _write_holder(certificate: PostCertificate, data: CertificateData) -> None:
    certificate.holder_name = data.name
    certificate.holder_id_number = data.id_number
    certificate.holder_id_index = number_index(data.id_number)


def _said(row: PostCertificate) -> dict[str, str]:
    """Field of the rules → what stands in the register."""
    return {
        "number": row.number, "holder": row.holder_id_number, "name": row.holder_name,
        "position": row.position.name, "issued_on": row.issued_on.isoformat(),
    }  # fmt: skip


def _wanted(data: CertificateData) -> dict[str, str]:
    return {
        "number": data.number, "holder": data.id_number, "name": data.name,
        "position": data.position.name, "issued_on": data.issued_on.isoformat(),
    }  # fmt: skip


def _saved(certificate: PostCertificate, *, force_insert: bool = False) -> None:
    try:
        with transaction.atomic():
            certificate.save(force_insert=force_insert)
    except IntegrityError as error:
        raise CannotChangeRegister("number_taken") from error


def _change(
    found: PostCertificate, kind: Kind, reason: str, values: dict[str, list[str]] | None, *, by: User, at: datetime
) -> None:
    """Save the row, and write the change and its entry of the trail."""
    found.version += 1
    _saved(found)
    change = PostCertificateChange(
        certificate=found, kind=kind, reason=redacted(" ".join(reason.split()))[:300], by=by, at=at
    )
    change.values = json.dumps(values, ensure_ascii=False) if values else None
    change.save(force_insert=True)
    data: dict[str, Any] = {"change": str(change.uuid)} | ({"fields": list(values)} if values else {})
    record(f"post_certificate.{kind.value}", actor=by, subject=found, at=at, **data)
