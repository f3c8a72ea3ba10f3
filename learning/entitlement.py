"""What somebody's post certificates entitle them to."""

from datetime import datetime

from django.utils.timezone import localdate

from learning.models import PostCertificate, PostCertificateState
from learning.rules import EligibilityRules, refusal_of
from tenants.rulesets.services import rules_for


def certificates_of(holder_index: str, name: str, *, at: datetime) -> list[PostCertificate]:
    """All that the register holds for exactly this number and name, newest first, each with `refusal`: a key of
    `ENROLMENT_REFUSALS` where it does not entitle, else empty. Two queries."""
    rules = rules_for(EligibilityRules, at=at)
    rows = PostCertificate.objects.filter(holder_id_index=holder_index, holder_name=name)
    found = list(rows.select_related("position").order_by("-issued_on", "number"))
    for certificate in found:
        certificate.refusal = refusal_of(  # type: ignore[attr-defined]
            holder_matches=True,
            valid=certificate.state == PostCertificateState.VALID,
            position_code=certificate.position.code,
            issued_on=certificate.issued_on,
            on=localdate(at),
            rules=rules,
        )
    return found
