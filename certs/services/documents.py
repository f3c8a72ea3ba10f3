"""What both certificates share: freezing facts and photo, the PDF that is built once, revocation."""

import hashlib
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from certs import vault
from certs.errors import CannotCertify, NameNotPrintable
from certs.models import Document, QualificationCertificate, QualificationState
from certs.pdf.artwork import photo_jpeg
from certs.pdf.facts import Facts, HoursFacts, QualificationFacts
from certs.pdf.fonts import unprintable
from certs.queries import lookup_key
from proctoring import queries as faces
from proctoring import vault as face_vault
from proctoring.models import FacePhoto
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.crypto import CannotOpen
from tenants.models import Institution
from tenants.scopes import institution_scope

D = TypeVar("D", bound=Document)


def freeze(document: Document, facts: Facts) -> None:
    """Put facts, number, look-up key and the portrait of the day on an unsaved document.

    Raises `NameNotPrintable` before anything is written.
    """
    if missing := unprintable(*facts.printed_texts):
        raise NameNotPrintable(missing)
    document.number = facts.number
    document.lookup = lookup_key(facts.number, facts.name)
    document.facts = facts.to_json()
    portrait = portrait_of(document.user, document.institution)
    if portrait is not None:
        document.photo = vault.put(document, "photo", photo_jpeg(portrait))


def portrait_of(user: User, institution: Institution) -> bytes | None:
    """The person's portrait at this institution. None on the invigilated route, where no face data is kept."""
    with institution_scope(institution):
        profile = faces.profile_of(user)
        photo = faces.photos_of(profile).get(FacePhoto.Kind.PORTRAIT) if profile else None
        return face_vault.get(photo) if photo is not None else None


def facts_of(document: Document) -> Facts:
    """The frozen facts."""
    cls = QualificationFacts if isinstance(document, QualificationCertificate) else HoursFacts
    return cls.from_json(document.facts)


def photo_of(document: Document) -> bytes | None:
    """The frozen portrait as JPEG."""
    return vault.get(document, "photo") if document.photo else None


def verification_url(token: str) -> str:
    """What the QR code says: the portal's address, never an institution's."""
    return settings.PORTAL_URL.rstrip("/") + reverse("certs:verify", args=[token], urlconf=settings.PORTAL_URLCONF)


@transaction.atomic
def open_pdf(document: Document, *, by: User, at: datetime) -> bytes:
    """The signed PDF: built at the first call under a lock on the row, the same bytes ever after. Audited.

    Raises `certs.not_valid` for a revoked document and `certs.altered` when the stored file is not what was stored.
    """
    found = locked(document)
    if not found.is_valid:
        raise CannotCertify("not_valid")
    pdf = stored_pdf(found) if found.pdf else build_pdf(found)
    record("certificate.opened", actor=by, subject=found, institution=found.institution, at=at)
    return pdf


def stored_pdf(document: Document) -> bytes:
    try:
        pdf = vault.get(document, "pdf")
    except (CannotOpen, FileNotFoundError) as error:
        raise CannotCertify("altered") from error
    if hashlib.sha256(pdf).hexdigest() != document.sha256:
        raise CannotCertify("altered")
    return pdf


def build_pdf(document: Document) -> bytes:
    """Render, sign, seal; the row keeps name and hash. The caller holds the row's lock."""
    # Here, because the two libraries take a third of every process's start and few processes make a PDF.
    from certs.pdf.render import render
    from certs.pdf.sign import sign

    facts = facts_of(document)
    pdf = sign(render(facts, photo=photo_of(document), url=verification_url(document.token)), reason=facts.number)
    document.pdf, document.sha256 = vault.put(document, "pdf", pdf), hashlib.sha256(pdf).hexdigest()
    document.save(update_fields=["pdf", "sha256"])
    return pdf


@transaction.atomic
def revoke(document: D, *, reason: str, by: User | None, at: datetime) -> D:
    """Withdraw a certificate; verification says so from now on. Raises `certs.not_valid` when it already is."""
    found = locked(document)
    if not found.is_valid:
        raise CannotCertify("not_valid")
    found.revoked_at, found.revoked_reason = at, reason
    fields = ["revoked_at", "revoked_reason"]
    if isinstance(found, QualificationCertificate):
        found.state = QualificationState.REVOKED
        fields.append("state")
    found.save(update_fields=fields)
    record("certificate.revoked", actor=by, subject=found, institution=found.institution, at=at)
    return found


def locked(document: D) -> D:
    """The row as it is now, locked until the end of the transaction."""
    rows = type(document).objects.select_for_update(of=("self",)).select_related("institution", "user")
    return rows.get(pk=document.pk)  # type: ignore[no-any-return]
