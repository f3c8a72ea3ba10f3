"""Which sheets there are: whose they are, who hands them in, and what they become."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cms.importing.enrolments import EnrolmentConfirmForm, EnrolmentOptionsForm, enrolment_sheet
from cms.importing.forms import ConfirmForm, OptionsForm, ReasonForm
from exams.question_sheet import QuestionSheet
from learning.imports.register import RegisterSheet
from tenants.imports.models import ImportBatch
from tenants.imports.resource import SheetResource
from tenants.models import Kind
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role


@dataclass(frozen=True)
class ImportKind:
    """`resource` builds what reads and writes it, within the batch's schema and scope. `done_url` shows the rows."""

    title: Any
    intro: Any
    tenant: Kind
    roles: tuple[Role, ...]
    resource: Callable[[ImportBatch | None], SheetResource]
    options: Callable[..., OptionsForm]
    confirm: Callable[..., ConfirmForm]
    list_title: Any
    done_url: str


KINDS: dict[str, ImportKind] = {
    "enrolments": ImportKind(
        title=_("Enrol from a sheet"),
        intro=_("A line a person: name and ID number; the register of post certificates fills in the rest."),
        tenant=Kind.INSTITUTION,
        roles=(Role.MANAGER, Role.REGISTRAR),
        resource=enrolment_sheet,
        options=EnrolmentOptionsForm,
        confirm=EnrolmentConfirmForm,
        list_title=_("Enrolments"),
        done_url="desk:enrolments",
    ),
    "post_certificates": ImportKind(
        title=_("Register from a sheet"),
        intro=_("A post certificate a line. What is there already and differs is corrected, for a reason you give."),
        tenant=Kind.ASSOCIATION,
        roles=(Role.SUPERADMIN, Role.CERTIFICATE_CLERK),
        resource=RegisterSheet,
        options=OptionsForm,
        confirm=ReasonForm,
        list_title=_("Post certificates"),
        done_url="console:post_certificates",
    ),
    "questions": ImportKind(
        title=_("Questions from a sheet"),
        intro=_("A question a line, known by its code. A paper that was given is never changed."),
        tenant=Kind.ASSOCIATION,
        roles=(Role.SUPERADMIN, Role.QUESTION_EDITOR),
        resource=QuestionSheet,
        options=OptionsForm,
        confirm=ConfirmForm,
        list_title=_("Question bank"),
        done_url="console:questions",
    ),
}


def kinds_for(tenant: Any, user: Any) -> dict[str, ImportKind]:
    """What somebody may hand in at a tenant."""
    return {code: kind for code, kind in KINDS.items() if kind.tenant == tenant.kind and has_role(user, *kind.roles)}


def resource_of(batch: ImportBatch) -> SheetResource:
    return KINDS[batch.kind].resource(batch)
