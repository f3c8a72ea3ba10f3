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
    "proctoring",
    "learning",
    "review",
    "exams",
    "certs",
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
    "learning.Course": "shared courseware",
    "learning.Lesson": "shared courseware",
    "learning.Media": "shared courseware",
    "learning.Plan": "the province's",
    "learning.PlanLesson": "the province's",
    "exams.Question": "the province's bank",
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
