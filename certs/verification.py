"""Public verification: what anyone may learn of a certificate, by token (QR code) or by number and name."""

from dataclasses import dataclass
from datetime import date, datetime

from certs.models import HoursCertificate, QualificationCertificate
from certs.pdf.facts import HoursFacts, QualificationFacts, YearRecord
from certs.queries import lookup_key
from learning.certificate_numbers import certificate_key
from learning.models import HoursState, PostCertificate
from tenants.accounts.rules import same_name
from tenants.masking import mask_id_number, mask_name
from tenants.scopes import province_scope


@dataclass(frozen=True)
class Verification:
    """The answer. `kind`: hours, qualification or post; `verdict`: valid, superseded or revoked.

    `token` is filled only when the certificate was found by it: it alone opens the photo and the masked ID number.
    `successor` is the number of the certificate that took its place.
    """

    kind: str
    verdict: str
    number: str
    name: str
    position: str
    issued_on: date
    issuer: str = ""
    id_number: str = ""
    records: tuple[YearRecord, ...] = ()
    void_since: datetime | None = None
    successor: str = ""
    token: str = ""
    has_photo: bool = False

    @property
    def is_valid(self) -> bool:
        return self.verdict == "valid"


def by_token(token: str) -> Verification | None:
    """The certificate of this token, or None."""
    with province_scope():
        document = document_of(token)
        return None if document is None else _of_document(document, with_token=True)


def document_of(token: str) -> HoursCertificate | QualificationCertificate | None:
    """The row of this token. Call it inside `province_scope()`."""
    for model in (QualificationCertificate, HoursCertificate):
        found = model.objects.select_related(*_related(model)).filter(token=token).first()
        if found is not None:
            return found  # type: ignore[no-any-return]
    return None


def by_number(number: str, name: str) -> Verification | None:
    """The certificate with this number and this holder, or None; both must be right, and which was not stays open."""
    with province_scope():
        key = lookup_key(number, name)
        for model in (QualificationCertificate, HoursCertificate):
            document = model.objects.select_related(*_related(model)).filter(lookup=key).first()
            if document is not None:
                return _of_document(document, with_token=False)
        post = post_certificate_by(number, name)
        return None if post is None else _of_post(post)


def post_certificate_by(number: str, name: str) -> PostCertificate | None:
    """The post certificate with this number and this holder, however both are written."""
    rows = PostCertificate.objects.select_related("position", "qualification_certificate")
    found = rows.filter(key=certificate_key(number)).first()
    return found if found is not None and same_name(found.holder_name, name) else None


def _related(model: type) -> tuple[str, ...]:
    return ("enrolment",) if model is HoursCertificate else ("position",)


def _of_document(document: HoursCertificate | QualificationCertificate, *, with_token: bool) -> Verification:
    facts: HoursFacts | QualificationFacts
    if isinstance(document, HoursCertificate):
        facts = HoursFacts.from_json(document.facts)
        records: tuple[YearRecord, ...] = (YearRecord(facts.year, facts.hours),)
        # A decision that was taken back counts at once, before the sweep has revoked the row.
        stands = document.is_valid and document.enrolment.hours_state == HoursState.APPROVED
    else:
        facts = QualificationFacts.from_json(document.facts)
        records, stands = facts.records, document.is_valid
    return Verification(
        kind=facts.kind,
        verdict="valid" if stands else "revoked",
        number=document.number,
        name=mask_name(facts.name),
        position=facts.position,
        issued_on=facts.issued_on,
        issuer=facts.issuer,
        id_number=mask_id_number(facts.id_number) if with_token else "",
        records=records,
        void_since=document.revoked_at,
        token=document.token if with_token else "",
        has_photo=with_token and bool(document.photo),
    )


def _of_post(post: PostCertificate) -> Verification:
    successor = getattr(post, "qualification_certificate", None)
    return Verification(
        kind="post",
        verdict=post.state,
        number=post.number,
        name=mask_name(post.holder_name),
        position=post.position.name,
        issued_on=post.issued_on,
        void_since=post.superseded_at,
        successor=successor.number if successor else "",
    )
