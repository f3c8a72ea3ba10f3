"""Certificates of people who closed their account: archives for the ruleset's years, then a number without a person."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from certs.models import Document, HoursCertificate, QualificationCertificate
from tenants import vault
from tenants.accounts.anonymise import NOBODY
from tenants.audit.services import record
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

MODELS: tuple[type[Document], ...] = (HoursCertificate, QualificationCertificate)
STRIPPED = "erased:"  # begins the look-up key of a stripped row, so that it is not stripped again
DAYS_A_YEAR = 365.25


def _due(model: type[Document], at: datetime) -> Any:
    years = rules_for(RetentionRules, at=at).certificate_years
    old = model.objects.filter(
        user__anonymised_at__isnull=False, issued_at__lte=at - timedelta(days=years * DAYS_A_YEAR)
    )
    return old.exclude(lookup__startswith=STRIPPED).select_related("institution")


def due_archives(*, at: datetime) -> int:
    """How many certificates `strip_archives` would strip."""
    with province_scope():
        return sum(_due(model, at).count() for model in MODELS)


def strip_archives(*, at: datetime) -> int:
    """Take name, number, portrait and PDF off certificates whose years are over; returns how many. Idempotent."""
    stripped = 0
    with province_scope():
        for model in MODELS:
            for document in list(_due(model, at)):
                _strip(document, at)
                stripped += 1
    return stripped


@transaction.atomic
def _strip(document: Document, at: datetime) -> None:
    for field in ("photo", "pdf"):
        vault.discard(document, field)
    facts = json.loads(document.facts) | {"name": NOBODY, "id_number": ""}
    document.facts = json.dumps(facts, ensure_ascii=False)
    document.lookup = STRIPPED + secrets.token_hex(24)
    document.photo = document.pdf = document.sha256 = ""
    document.save(update_fields=["facts", "lookup", "photo", "pdf", "sha256"])
    record("certificate.stripped", actor=None, subject=document, institution=document.institution, at=at)
