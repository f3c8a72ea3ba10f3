"""The rulesets: which one is in force, and every value as the code reads it."""

import dataclasses
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from certs.rules import CertRules
from cms.console import access
from exams.rules import ExamRules
from learning.review.rules import ReviewRules
from learning.rules import EligibilityRules, StudyRules
from proctoring.rules import ProctoringRules
from tenants.exports.rules import ExportRules
from tenants.rulesets.models import Ruleset
from tenants.rulesets.rules import MessageRules, PeopleRules, PrivacyRules, RetentionRules, StaffRules
from tenants.rulesets.services import ruleset_in_force, typed

SECTIONS = (
    PeopleRules, EligibilityRules, StudyRules, ProctoringRules, ExamRules, ReviewRules, RetentionRules, PrivacyRules,
    MessageRules, StaffRules, ExportRules, CertRules,
)  # fmt: skip


@access.console_view(*access.EVERYBODY)
def index(request: HttpRequest) -> HttpResponse:
    """Read only: a published ruleset is never edited, it is followed by a new one."""
    at = now()
    current = ruleset_in_force(at)
    sets = list(Ruleset.objects.select_related("created_by"))
    for ruleset in sets:
        ruleset.tone, ruleset.word = _standing(ruleset, current, at)  # type: ignore[attr-defined]
    chosen = next((r for r in sets if str(r.uuid) == request.GET.get("set")), current)
    context = {
        "title": _("Rules"),
        "sets": sets,
        "chosen": chosen,
        "sections": [_section(cls, chosen) for cls in SECTIONS],
    }
    return render(request, "console/rules.html", context)


def _standing(ruleset: Ruleset, current: Ruleset | None, at: Any) -> tuple[str, str]:
    if current is not None and ruleset.pk == current.pk:
        return "done", _("in force")
    if ruleset.in_force_from is None:
        return "wait", _("draft")
    return ("wait", pgettext("ruleset", "to come")) if ruleset.in_force_from > at else ("off", _("replaced"))


def _section(cls: Any, ruleset: Ruleset | None) -> dict[str, Any]:
    set_here = ruleset.values.get(cls.section, {}) if ruleset else {}
    values = typed(cls, set_here)
    rows = [
        (field.name, _shown(getattr(values, field.name)), field.name in set_here) for field in dataclasses.fields(cls)
    ]
    return {"name": _section_name(cls.section), "rows": rows}


def _shown(value: Any) -> Any:
    return " · ".join(str(one) for one in value) if isinstance(value, tuple | list) else value


def _section_name(section: str) -> str:
    names = {
        "people": _("Sign-in and accounts"),
        "eligibility": _("Who may enrol"),
        "study": _("Study"),
        "proctoring": _("Camera supervision"),
        "exam": _("Exam result"),
        "review": _("Hours review"),
        "retention": _("How long data is kept"),
        "privacy": _("Full numbers of people"),
        "messages": _("SMS"),
        "staff": _("Staff: second factor and support"),
        "exports": _("Lists taken away"),
        "certs": pgettext("rules", "Certificates"),
    }
    return names[section]
