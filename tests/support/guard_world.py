"""Two institutions with rows of every kind at each: what the guard tests point at one with the ids of the other.

The well-known rows are made by the builders of the other tests; a model that nobody has told this module about gets a
row by `fill`, so that a new kind of row is met by the guards on the day it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from tests.support import certified, exam, pages, people, staff, study

OURS = ("tenants", "accounts", "roles", "audit", "outbox", "proctoring", "learning", "review", "exams", "certs",
        "exports")  # fmt: skip
# The province's own rows: nobody's secret at an institution, so no id of theirs is foreign.
PROVINCE = {
    "tenants.Institution", "tenants.Domain", "tenants.OpeningDraft", "rulesets.Ruleset", "audit.Entry", "audit.Seal",
    "learning.Position", "learning.Course", "learning.Lesson", "learning.Media", "learning.Plan", "learning.PlanLesson",
    "exams.Question", "accounts.User", "learning.PostCertificate",
    "certs.AppraisalRecord",
}  # fmt: skip
SURNAMES = {"lingzhu": "岭", "jiangxin": "匠", "association": "协"}
# Texts that code takes for one of its own words although the column has no choices.
NAMED = {"role": "registrar", "template": "hours_approved", "data": {}}
# What of a kind there has to be, where the first choice of its fields is not what most routes are about.
WANTED: dict[str, tuple[dict[str, Any], ...]] = {
    "accounts.DataRequest": ({"kind": "correct"}, {"kind": "export"}),
    "proctoring.Lapse": ({"ended_at": people.BEFORE + timedelta(minutes=1)},),
}
STAGES = ("waiting", "applied", "certified", "examined")


@dataclass
class Side:
    """Everything of one institution: people by what they are there for, and a row of every kind."""

    institution: Any
    people: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[models.Model]] = field(default_factory=dict)  # model label → rows of here

    def uuids(self) -> dict[str, str]:
        """Label → the uuid of one row of each kind (two where a kind has them in several states)."""
        found = {}
        for label, rows in self.rows.items():
            for number, row in enumerate(rows[:2]):
                if isinstance(getattr(row, "uuid", None), UUID):
                    found[f"{label}-{number}"] = str(row.uuid)
        return found

    def keys(self) -> dict[str, int]:
        """Label → the primary key of one row of each kind."""
        return {label: rows[0].pk for label, rows in self.rows.items() if rows and isinstance(rows[0].pk, int)}

    def numbers(self) -> set[str]:
        """What stays the person's own even at their institution: ID numbers, phones, row numbers."""
        said = set(self.uuids().values()) - {str(self.institution.uuid)}
        for person in self.people.values():
            said |= {person.id_number, person.phone, str(person.uuid)}
        return said

    def marks(self) -> set[str]:
        """What must never be read from outside: names, numbers, phones, row numbers, titles of pages."""
        return (
            self.numbers() | {person.name for person in self.people.values()} | {f"机密{self.institution.schema_name}"}
        )


def without(side: Side, person: Any) -> Side:
    """The side as somebody else than `person` has to respect it: rows that are theirs are left out."""
    rows = {
        label: [row for row in found if owner_of(row) != getattr(person, "pk", 0)] for label, found in side.rows.items()
    }
    others = {name: one for name, one in side.people.items() if person is None or one.pk != person.pk}
    return Side(side.institution, others, {label: found for label, found in rows.items() if found})


def only(side: Side, person: Any) -> Side:
    """The rows of one person."""
    rows = {label: [row for row in found if owner_of(row) == person.pk] for label, found in side.rows.items()}
    return Side(side.institution, {"self": person}, {label: found for label, found in rows.items() if found})


def owner_of(row: models.Model) -> int | None:
    """Primary key of the person a row is about."""
    if row._meta.label == "accounts.User":
        return row.pk
    if row._meta.label == "learning.PostCertificate":
        from tenants.accounts.models import User

        return User.objects.filter(id_number_index=row.holder_id_index).values_list("pk", flat=True).first()
    for name in ("user_id", "sender_id"):
        if getattr(row, name, None):
            return getattr(row, name)
    from tenants.scopes import province_scope

    with province_scope():
        for name in ("enrolment", "session", "profile", "attempt", "item", "signed_in"):
            if getattr(row, f"{name}_id", None):
                return owner_of(getattr(row, name))
    return None


@contextmanager
def inside(institution: Any) -> Iterator[None]:
    from django_tenants.utils import tenant_context

    from tenants.scopes import institution_scope, province_scope

    with (
        tenant_context(institution),
        province_scope() if institution.is_association else institution_scope(institution),
    ):
        yield


def build(institutions: list[Any]) -> dict[str, Side]:
    """Schema name → its side. Call inside a transaction that is rolled back."""
    certified.publish_rules(closes_on="2099-12-31")
    exam.make_bank(singles=60, multiples=25, judgements=25)
    sides = {}
    set_apart("public", 5_000_000)
    for number, institution in enumerate(institutions):
        set_apart(institution.schema_name, (number + 1) * 100_000)
        side = sides[institution.schema_name] = Side(institution)
        with inside(institution):
            _people(side)
            _study(side)
            _pages(side)
        _fill_up(side)
    return sides


def library_keys() -> dict[str, int]:
    """Label → primary key of a row of the resource library, which is nobody's secret and the association's to keep."""
    models_of = (apps.get_model(f"learning.{name}") for name in ("Course", "Lesson", "Plan"))
    return {model._meta.label: model.objects.order_by("pk").values_list("pk", flat=True)[0] for model in models_of}


def library_uuids() -> dict[str, str]:
    """The same by uuid: courseware, and what the association keeps for the portal's look-ups."""
    from tests.support.portal import make_appraisal, make_expert

    media = apps.get_model("learning.Media").objects.order_by("pk")[0]
    return {
        "learning.Media-0": str(media.uuid),
        "certs.AppraisalRecord-0": str(make_appraisal().uuid),
        "portal.Expert-0": str(make_expert().uuid),
    }


_numbers: list[tuple[str, str, int | None]] = []  # schema, sequence, its last value


def set_apart(schema: str, start: int) -> None:
    """Let the schema's primary keys begin at `start`, so that no id of one schema exists in another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s", [schema])
        for name, last in cursor.fetchall():
            _numbers.append((schema, name, last))
            cursor.execute("SELECT setval(format('%%I.%%I', %s, %s)::regclass, %s)", [schema, name, start])


def set_back() -> None:
    """Numbers go on where they were: a sequence is not rolled back with its rows, and other tests want small ones."""
    with connection.cursor() as cursor:
        while _numbers:
            schema, name, last = _numbers.pop()
            told = [schema, name, last or 1, last is not None]
            cursor.execute("SELECT setval(format('%%I.%%I', %s, %s)::regclass, %s, %s)", told)


def _people(side: Side) -> None:
    from tenants.roles.roles import ASSOCIATION_ROLES, INSTITUTION_ROLES
    from tenants.roles.services import grant_role

    mark = SURNAMES[side.institution.schema_name]
    for role in ASSOCIATION_ROLES if side.institution.is_association else INSTITUTION_ROLES:
        side.people[role.value] = user = people.make_user(f"{mark}职{role.value}")
        grant_role(user, role, by=None, at=people.BEFORE)
    if not side.institution.is_association:
        for stage in STAGES:
            side.people[stage] = people.make_user(f"{mark}某{stage}")


def _study(side: Side) -> None:
    from certs.services import issue_hours_certificate, renew
    from learning.services.scans import attach_scans, save_scan

    here, who = side.institution, side.people
    if here.is_association:
        return
    case = staff.make_case(here, name=f"{SURNAMES[here.schema_name]}案", outcomes=(("match", 0.31), ("mismatch", 0.7)))
    who["reviewed"] = case.enrolment.user
    staff.give_photos(who["waiting"], here, state="waiting")
    study.make_study(here, user=who["applied"], admitted=False)
    made = certified.make_recorded(here, user=who["certified"])
    save_scan(who["certified"], here, "id_card", staff.paper(), by=who["certified"], at=certified.AT)
    attach_scans(made.enrolment)
    issue_hours_certificate(made.enrolment, at=certified.AT)
    renew(made.enrolment.post_certificate, made.user, at=certified.AT)
    ready = exam.make_ready(here, user=who["examined"])
    attempt = exam.begin(ready.enrolment, by=who["examined"], at=exam.STUDIED_AT + timedelta(hours=2))
    type(attempt).objects.filter(pk=attempt.pk).update(supervision="look")  # what the console's page is about
    pages.open_class(here, f"机密{here.schema_name}班", position=study.make_position())


def _pages(side: Side) -> None:
    from django.contrib.contenttypes.models import ContentType
    from django.core.files.base import ContentFile
    from django.core.files.images import ImageFile
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.documents.models import Document
    from wagtail.images.models import Image
    from wagtail.models import Collection, Page, PageViewRestriction, Revision

    secret = f"机密{side.institution.schema_name}"
    home = pages.seed(side.institution)
    for page in Page.objects.filter(depth__gt=1):
        page.title = f"{secret} {page.title}"
        page.specific.save_revision(user=next(iter(side.people.values())), log_action=True)
        Page.objects.filter(pk=page.pk).update(title=page.title, draft_title=page.title)
    shown = ImageFile(BytesIO(staff.picture()), name=f"{side.institution.schema_name}.jpg")
    picture = Image.objects.create(title=f"{secret}图", file=shown)
    paper = Document.objects.create(title=f"{secret}文件", file=ContentFile(secret.encode(), name="paper.txt"))
    Redirect.objects.create(old_path=f"/{side.institution.schema_name}-alt", redirect_page=home)
    closed = PageViewRestriction.objects.create(page=home.get_children().first(), restriction_type="login")
    side.rows |= {
        "page": list(Page.objects.filter(depth__gt=1)), "image": [picture], "document": [paper],
        "redirect": list(Redirect.objects.all()), "restriction": [closed],
        "revision": list(Revision.objects.filter(content_type=ContentType.objects.get_for_model(type(home)))),
        "group": [apps.get_model("auth.Group").objects.create(name=f"{secret}组")],
        "site": list(apps.get_model("wagtailcore.Site").objects.all()),
        "collection": [Collection.get_first_root_node().add_child(name=f"{secret}集")],
    }  # fmt: skip


def _fill_up(side: Side) -> None:
    """Collect the rows of every model of ours that belong to this side; make one where there is none."""
    from tenants.scopes import province_scope

    for model in apps.get_models():
        label = model._meta.label
        if model._meta.app_label not in OURS or label in PROVINCE:
            continue
        with inside(side.institution), province_scope():
            rows = list(_of(model, side))
            if not rows and not side.institution.is_association:
                rows = [fill(model, side, **given) for given in WANTED.get(label, ({},))]
            if rows:
                side.rows[label] = rows
    side.rows["tenants.Institution"] = [side.institution]
    enrolled = ("reviewed", "certified", "examined", "applied")  # first: a desk knows nobody else
    ordered = sorted(side.people, key=lambda name: (name not in enrolled, name))
    side.rows["accounts.User"] = [side.people[name] for name in ordered]
    side.rows["audit.Entry"] = list(apps.get_model("audit.Entry").objects.filter(institution=side.institution)[:2])
    with inside(side.institution), province_scope():
        side.rows["tenants.Domain"] = list(side.institution.domains.all())
        certificates = apps.get_model("learning.PostCertificate").objects
        side.rows["learning.PostCertificate"] = list(
            certificates.filter(holder_id_index__in=[p.id_number_index for p in side.people.values()])
        )


def _of(model: type[models.Model], side: Side) -> Any:
    """The rows of one model that are this side's: by institution, by person, or by standing in its schema."""
    fields = {f.name: f for f in model._meta.concrete_fields}
    everybody = [person.pk for person in side.people.values()]
    if model._meta.app_label == "roles":
        return model._default_manager.order_by("pk")
    if "institution" in fields:
        return model._default_manager.filter(institution=side.institution).order_by("pk")
    for name in ("attempt", "item"):
        if name in fields:
            path = "attempt__institution" if name == "attempt" else "item__attempt__institution"
            return model._default_manager.filter(**{path: side.institution}).order_by("pk")
    if "user" in fields:
        return model._default_manager.filter(user__in=everybody).order_by("pk")
    return model._default_manager.none()


def fill(model: type[models.Model], side: Side, **given: Any) -> models.Model:
    """A plausible row of any model, for what no builder makes; FKs lead to this side's rows."""
    values: dict[str, Any] = dict(given)
    for one in model._meta.concrete_fields:
        if one.name in values or one.primary_key or one.has_default() or (one.null and not one.is_relation):
            continue
        value = _value(one, side)
        if value is not None:
            values[one.name] = value
    row = model(**values)
    row.save()
    return row


def _value(one: models.Field, side: Side) -> Any:
    if one.is_relation:
        return _related(one, side)
    if one.name in NAMED:
        return NAMED[one.name]
    if one.choices:
        return one.choices[0][0]
    if isinstance(one, models.BinaryField):
        return "机密" if type(one).__name__ == "EncryptedTextField" else b"-"
    if isinstance(one, models.CharField):
        unique = one.unique or one.name.endswith(("index", "key", "number"))
        return f"{side.institution.schema_name}-{one.name}"[: one.max_length] if unique or not one.blank else ""
    return {
        "DateTimeField": people.BEFORE, "DateField": date(2026, 1, 5), "DecimalField": Decimal(1), "JSONField": {},
        "UUIDField": None, "TextField": "-", "BooleanField": False, "ArrayField": [], "EmailField": "",
    }.get(type(one).__name__, 1)  # fmt: skip


def _related(one: Any, side: Side) -> Any:
    """The person, the institution or a row of this side that a foreign key may lead to."""
    target = one.related_model
    if target._meta.label == "accounts.User":
        return side.people["reviewed"] if not one.null else None
    if target._meta.label == "tenants.Institution":
        return side.institution
    if one.null:
        return None
    known = side.rows.get(target._meta.label) or list(_of(target, side)[:1])
    return known[0] if known else target._default_manager.order_by("pk").first()
