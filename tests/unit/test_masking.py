"""Numbers of people are masked wherever they are shown; what uses a full one is listed with the reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenants.masking import mask_id_number, mask_phone_number, redacted

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tenants", "proctoring", "learning", "exams", "certs", "cms", "site")
NUMBERS = {"id_number", "holder_id_number", "contact_id_number", "contact_phone", "manager_id_number", "phone"}
PRINTED = re.compile(r"\{\{([^}]*?\.(?:" + "|".join(NUMBERS) + r")\b[^}]*)\}\}")
# An institution's own telephone number is meant for everybody; a form's field is what the person types.
PUBLIC = re.compile(r"^(request\.)?(tenant|institution|place|row|opening)\.phone\b|^form\.")
# Template → why it prints a full number.
PRINTS = {
    "certs/templates/certs/_document.html": "masked by certs.verification before it comes here",
    "certs/templates/certs/pdf/hours.html": "the manual's form of the hours certificate",
    "certs/templates/certs/pdf/qualification.html": "the manual's form of the qualification certificate",
    "site/demo/templates/demo/_sms.html": "invented people, shown by the demo only",
    "site/demo/templates/demo/guide.html": "invented people, shown by the demo only",
}
# Module → why it takes a full number into its hands.
READS = {
    "certs/appraisals.py": "checks it, and compares it with a correction",
    "certs/queries.py": "blind index of a certificate's holder",
    "certs/services/appraisals.py": "sealed and indexed, or kept by a correction",
    "certs/services/hours.py": "printed on the certificate",
    "certs/services/renewal.py": "printed on the certificate",
    "certs/services/uploads.py": "told to the national register",
    "certs/verification.py": "masks it",
    "cms/archive/office.py": "sealed in the archive: masked, or full for a reason",
    "cms/centre/my_data_parts.py": "the person's copy of their own data",
    "cms/centre/my_data_rooms.py": "the person's copy of their own data",
    "cms/centre/my_data_proof.py": "says whether a code can be sent",
    "cms/centre/phone_change.py": "the person's own change of phone",
    "cms/console/drafts.py": "an application becomes the wizard's sealed draft",
    "cms/console/exports.py": "a column that is masked, or full for a reason",
    "cms/console/register_forms.py": "what the clerk corrects, after it was revealed",
    "cms/console/views/post_certificates.py": "what the clerk has typed",
    "cms/console/views/data_requests.py": "old value beside the wished one, masked there",
    "cms/console/views/reviews.py": "given to a template that masks it",
    "cms/desk/exports.py": "columns that are masked, or full for a reason",
    "cms/enrolling/choices.py": "the person's own certificates",
    "cms/enrolling/missing.py": "the person reports a certificate of their own",
    "cms/exporting/claims.py": "a column that is masked, or full for a reason",
    "cms/opening.py": "the first manager's account",
    "learning/imports/enrolments.py": "what a sheet says, and the phone on the application it is compared with",
    "learning/imports/register.py": "what a sheet says; kept sealed for taking it back",
    "learning/imports/writing.py": "what a sheet says, for new rows only",
    "learning/review/case.py": "masks it",
    "learning/services/admission.py": "the age on the day of enrolment",
    "learning/services/claims.py": "what was reported, sealed",
    "learning/services/register.py": "what the register says before and after a correction, sealed",
    "learning/services/counter.py": "a new person's account, and the phone on the application",
    "learning/services/leaving.py": "an enrolment that moves takes its phone along",
    "learning/services/reminders.py": "a reminder goes to it",
    "tenants/accounts/codes.py": "a code goes to it",
    "tenants/accounts/first.py": "compared with what the operator says",
    "tenants/accounts/phones.py": "compared with the new one",
    "tenants/accounts/recovery.py": "a code goes to it",
    "tenants/accounts/services.py": "the phone of a new account",
    "tenants/accounts/staffing.py": "an invitation goes to it",
    "tenants/accounts/validators.py": "a password must not be it",
    "tenants/accounts/views.py": "masks it",
    "tenants/applications.py": "messages to whoever applied",
    "tenants/messages/services.py": "given to the gateway",
}
OF_INSTITUTIONS = re.compile(r"(institution|tenant|association(\(\))?|\brow)\.phone$")


def unmasked() -> Iterator[tuple[str, str]]:
    """Template and expression of every number that is printed without a mask."""
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.html")):
        for expression in PRINTED.findall(path.read_text()):
            if "|mask_" not in expression and not PUBLIC.match(expression.strip()):
                yield path.relative_to(ROOT).as_posix(), expression.strip()


def readers() -> Iterator[tuple[str, str]]:
    """Module and expression of every read of such a field, without the demo's own people and url names."""
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("site/demo/") or path.name == "urls.py" or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in NUMBERS and isinstance(node.ctx, ast.Load):
                if not OF_INSTITUTIONS.search(expression := ast.unparse(node)) or name.startswith("cms/centre"):
                    yield name, expression


def test_no_template_prints_a_number_without_its_mask() -> None:
    found = list(unmasked())
    assert [one for one in found if one[0] not in PRINTS] == []
    assert set(PRINTS) - {name for name, _ in found} == set(), "no longer needed"


def test_only_known_modules_take_a_full_number_into_their_hands() -> None:
    found = list(readers())
    assert [one for one in found if one[0] not in READS] == []
    assert set(READS) - {name for name, _ in found} == set(), "no longer needed"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("440106198503120018", "440106********0018"),
        ("E12345678", "E*****678"),
        ("H1234567", "H****567"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_a_number_is_masked_by_its_length(number: str, shown: str) -> None:
    assert mask_id_number(number) == shown


def test_a_phone_keeps_three_and_four() -> None:
    assert mask_phone_number("13800138000") == "138****8000"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("nobody with 440106198503120018", "nobody with [id number]"),
        ("44010619850312001x,13800138000", "[id number],[phone]"),
        ("?q=440106198503120018&p=+8613800138000", "?q=[id number]&p=[phone]"),
        ("{'phone': '13800138000'}", "{'phone': '[phone]'}"),
        ("电话13800138000。", "电话[phone]。"),
    ],
)
def test_numbers_are_taken_out_of_any_text(text: str, left: str) -> None:
    assert redacted(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "sha256 9f13800138000aa",
        "b0f7c2d4-1380-4138-8000-138001380001",
        "1773888000.13800138000",
        "440106999999990018",
        "took 13800138000123 ns",
    ],
)
def test_other_digits_stay(text: str) -> None:
    assert redacted(text) == text
