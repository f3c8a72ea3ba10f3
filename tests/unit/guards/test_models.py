"""Guards over all models: what is about an institution is scoped; the few that are not are known by name."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django_scopes.exceptions import ScopeError

OURS = (
    "tenants",
    "accounts",
    "roles",
    "rulesets",
    "audit",
    "outbox",
    "imports",
    "proctoring",
    "learning",
    "review",
    "exams",
    "certs",
    "exports",
    "portal",
)
# Why each row has no scope: it is the person's own, the province's, or the record of the system itself.
WITHOUT_SCOPE = {
    "tenants.Institution": "the tenants themselves",
    "tenants.Domain": "read before the tenant is known",
    "tenants.Logo": "public on the institution's own site",
    "tenants.Application": "the association's; there is no institution yet",
    "tenants.OpeningDraft": "the association's; there is no institution yet",
    "accounts.User": "one identity in the province",
    "accounts.PhoneCode": "the person's",
    "accounts.KnownDevice": "the person's",
    "accounts.HandOff": "read by token before the session exists",
    "accounts.SignedIn": "the person's",
    "accounts.Authenticator": "the person's",
    "accounts.RecoveryCode": "the person's",
    "accounts.SupportGrant": "the association's, shown at the institution by a query of its own",
    "accounts.DataRequest": "the person's, answered by the association",
    "roles.GroupMembership": "in the schema itself",
    "roles.UserPermission": "in the schema itself",
    "rulesets.Ruleset": "the province's",
    "audit.Entry": "written everywhere, read by the association's console",
    "audit.Seal": "the chain over all entries",
    "outbox.Sms": "sent by one worker for all",
    "learning.Position": "the province's",
    "learning.PostCertificate": "the association's register",
    "learning.PostCertificateChange": "the association's register",
    "learning.Course": "shared courseware",
    "learning.Lesson": "shared courseware",
    "learning.LessonQuestion": "shared courseware",
    "learning.Media": "shared courseware",
    "learning.MediaUpload": "shared courseware on its way",
    "learning.Plan": "the province's",
    "learning.PlanLesson": "the province's",
    "proctoring.Lookalike": "the association's: it tells of people of two institutions",
    "exams.Question": "the province's bank",
    "certs.AppraisalRecord": "the association's register",
    "portal.Expert": "the association's directory",
    "certs.RegisterBatch": "the association's, over all institutions",
}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def is_scoped(model: type[models.Model]) -> bool:
    try:
        model._default_manager.all().query  # noqa: B018 - a disabled manager raises here already
    except ScopeError:
        return True
    return False


def test_every_model_is_scoped_or_known_to_be_shared(db) -> None:
    unscoped = {model._meta.label for model in our_models() if not is_scoped(model)}
    assert unscoped - WITHOUT_SCOPE.keys() == set(), "give these rows an institution and objects = scoped()"
    assert WITHOUT_SCOPE.keys() - unscoped == set(), "stale entries of the list"


def test_public_holds_only_shared_tables(db) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = {row[0] for row in cursor.fetchall()}
    tenant_labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS} - {"demo"}
    per_schema = {
        m._meta.db_table
        for m in apps.get_models(include_auto_created=True)
        if m._meta.app_config.name in settings.TENANT_APPS
    }
    assert tenant_labels
    assert per_schema
    assert tables & per_schema == set()


@pytest.mark.parametrize("name", ["django.contrib.auth", "wagtail", "cms", "tenants.roles"])
def test_rights_and_pages_live_in_the_schemas(name: str) -> None:
    assert name in settings.TENANT_APPS
    assert name not in settings.SHARED_APPS


def lives_in_public(model: type[models.Model]) -> bool:
    return model._meta.app_config.name in settings.SHARED_APPS


def test_every_app_is_either_shared_or_per_schema_never_both() -> None:
    assert set(settings.SHARED_APPS) & set(settings.TENANT_APPS) == set()
    assert set(settings.SHARED_APPS) | set(settings.TENANT_APPS) == set(settings.INSTALLED_APPS)


def test_no_shared_row_points_into_a_schema() -> None:
    """Which schema would it mean? Rights and pages are looked up in the schema, never stored with a shared row."""
    found = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if lives_in_public(model)
        for field in model._meta.local_fields + model._meta.local_many_to_many
        if field.is_relation and field.related_model and not lives_in_public(field.related_model)
    ]
    # The two go through tables that are in the schema themselves (tenants.roles.models).
    assert found == ["accounts.User.groups → auth.Group", "accounts.User.user_permissions → auth.Permission"]


def test_the_database_itself_knows_no_key_from_public_into_a_schema(db) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " JOIN pg_class a ON a.oid = conrelid JOIN pg_class b ON b.oid = confrelid"
            " WHERE contype = 'f' AND b.relnamespace <> a.relnamespace"
            " AND b.relnamespace <> 'public'::regnamespace"
        )
        assert cursor.fetchall() == []


def test_every_model_that_seals_something_has_a_uuid_that_is_there_before_the_insert() -> None:
    from tenants.crypto import EncryptedTextField

    sealed = [m for m in our_models() if any(isinstance(f, EncryptedTextField) for f in m._meta.concrete_fields)]
    sealed += [m for m in our_models() if getattr(m, "sealed_files", ())]
    assert {"accounts.User", "outbox.Sms", "proctoring.FaceTemplate"} <= {m._meta.label for m in sealed}
    for model in sealed:
        field = model._meta.get_field("uuid")
        assert field.unique, model._meta.label
        assert field.has_default(), model._meta.label


# Uniqueness that reaches over institutions, and why.
UNIQUE_IN_THE_PROVINCE = {
    "learning.Enrolment (user, position, year)": "hours of a position count once a year in the province",
    "proctoring.Attestation (user)": "one person sits in one classroom at a time",
    "learning.StudySession (user)": "one person studies in one place at a time",
}


def is_within_an_institution(model: type[models.Model], names: tuple[str, ...]) -> bool:
    """By the institution itself, or by a row that is of one institution (an enrolment, a profile, an attempt …)."""
    fields = [model._meta.get_field(name) for name in names]
    return any(
        field.is_relation and (field.name == "institution" or is_scoped(field.related_model)) for field in fields
    )


def test_uniqueness_of_scoped_rows_is_within_the_institution_or_known() -> None:
    """Else a clerk could learn from "already taken" what another institution holds."""
    found = set()
    for model in our_models():
        if is_scoped(model):
            uniques = [tuple(getattr(one, "fields", ())) for one in model._meta.constraints]
            uniques += [tuple(names) for names in model._meta.unique_together]
            beyond = [names for names in uniques if names and not is_within_an_institution(model, names)]
            found |= {f"{model._meta.label} ({', '.join(names)})" for names in beyond}
    assert found - UNIQUE_IN_THE_PROVINCE.keys() == set(), "give the constraint the institution, or say why not"
    assert UNIQUE_IN_THE_PROVINCE.keys() - found == set(), "stale entries"


def test_the_path_of_every_scope_ends_at_an_institution(db, lingzhu, jiangxin) -> None:
    """A typing error in a path would raise only where the model is read first."""
    from tenants.scopes import institution_scope

    for model in our_models():
        if is_scoped(model):
            with institution_scope(lingzhu):
                sql = str(model._default_manager.all().query)
            assert f'"institution_id" = {lingzhu.pk}' in sql, model._meta.label
