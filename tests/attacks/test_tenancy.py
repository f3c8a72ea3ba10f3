"""One institution never sees another's: sessions, superusers, hosts, lost tables."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from tenants.accounts.models import User
from tenants.roles.queries import roles_of
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tests.support.people import BEFORE, signed_in


def test_a_session_cookie_of_one_institution_is_void_at_another(lingzhu, jiangxin, trainee_client) -> None:
    client = trainee_client(lingzhu)
    assert client.get("/my/").status_code == 200
    elsewhere = client.get("/my/", headers={"host": jiangxin.host})
    assert elsewhere.status_code == 302
    assert elsewhere.headers["Location"].startswith("/signin/")


def test_an_unknown_host_is_a_404_that_names_nobody(lingzhu) -> None:
    answer = Client(headers={"host": "nobody.example"}).get("/")
    assert answer.status_code == 404
    assert lingzhu.name not in answer.content.decode()


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-host", "forwarded"])
def test_a_forwarded_host_does_not_choose_the_tenant(lingzhu, header: str) -> None:
    answer = Client(headers={"host": "nobody.example", header: lingzhu.host}).get("/")
    assert answer.status_code == 404


def test_a_superuser_has_no_rights_at_an_institution(lingzhu, association, make_user) -> None:
    chief = make_user("协会管理员", is_superuser=True)
    assert signed_in(chief, association, second_factor=True).get("/admin/").status_code == 200
    refused = signed_in(chief, lingzhu, second_factor=True).get("/admin/")
    assert (refused.status_code, refused.headers["Location"]) == (302, "/signin/?next=/admin/")
    chief.refresh_from_db()
    assert chief.is_superuser is True


def test_a_person_saved_on_another_host_keeps_the_stored_flag(lingzhu, make_user) -> None:
    from tenants.gate import gated

    chief = gated(make_user(is_superuser=True), lingzhu)
    assert chief.is_superuser is False
    chief.save()
    assert User.objects.get(pk=chief.pk).is_superuser is True


def test_a_role_here_is_no_role_there(lingzhu, jiangxin, make_user, in_tenant) -> None:
    user = make_user()
    with in_tenant(lingzhu):
        grant_role(user, Role.MANAGER, by=None, at=BEFORE)
        assert roles_of(user) == {"manager"}
        assert user.has_perm("wagtailadmin.access_admin")
    with in_tenant(jiangxin):
        assert roles_of(user) == set()
        assert not user.has_perm("wagtailadmin.access_admin")


def test_no_permission_over_accounts_exists_outside_the_association(lingzhu, make_user, in_tenant) -> None:
    from django.contrib.auth.models import Group, Permission

    user = make_user()
    with in_tenant(lingzhu):
        grant_role(user, Role.MANAGER, by=None, at=BEFORE)
        Group.objects.get(name="manager").permissions.add(
            *Permission.objects.filter(content_type__app_label="accounts")
        )
        assert not [name for name in user.get_all_permissions() if name.startswith("accounts.")]


def test_a_table_lost_from_one_schema_is_an_error_never_somebody_elses_rows(lingzhu, association) -> None:
    with schema_context(lingzhu.schema_name), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {lingzhu.schema_name}.wagtailcore_page CASCADE")
    from wagtail.models import Page

    with tenant_context(association):
        assert Page.objects.exists()
    with tenant_context(lingzhu), pytest.raises(ProgrammingError):
        list(Page.objects.all())


def test_a_site_whose_pages_are_lost_answers_500_and_shows_nothing_of_the_association(lingzhu, association) -> None:
    with schema_context(lingzhu.schema_name), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {lingzhu.schema_name}.wagtailcore_page CASCADE")
    browser = Client(raise_request_exception=False, headers={"host": lingzhu.host})
    # Errors of a test's outer transaction would stick: each request gets a savepoint of its own.
    with transaction.atomic():
        answer = browser.get("/")
        transaction.set_rollback(True)
    assert answer.status_code == 500
    assert association.name not in answer.content.decode()


def test_groups_do_not_exist_in_public(db) -> None:
    from django.contrib.auth.models import Group

    with pytest.raises(ProgrammingError):
        Group.objects.count()


def test_a_suspended_institution_shows_a_notice_and_opens_nothing(lingzhu, trainee_client) -> None:
    from tenants.models import State
    from tenants.states import change_state

    client = trainee_client(lingzhu)
    change_state(lingzhu, State.SUSPENDED, reason="test", by=None, at=BEFORE)
    answer = client.get("/my/")
    assert answer.status_code == 503
    assert lingzhu.name in answer.content.decode()


def test_a_failed_opening_leaves_nothing_behind(association) -> None:
    from tenants.models import Domain, Institution
    from tenants.services import HostTaken, open_institution

    def schemas() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace")
            return {row[0] for row in cursor.fetchall()}

    before = schemas(), Institution.objects.count(), Domain.objects.count()
    values = {
        "schema_name": "novel",
        "code": "novel",
        "name": "新机构",
        "brand_main": "#0b6b4f",
        "brand_accent": "#b3541e",
        "by": None,
        "at": BEFORE,
    }
    with pytest.raises(HostTaken):
        open_institution(hosts=["novel.test", "lingzhu.test"], **values)
    with pytest.raises(Exception, match=r"brand_main|colour|#"):
        open_institution(hosts=["novel.test"], **{**values, "brand_main": "green"})
    assert (schemas(), Institution.objects.count(), Domain.objects.count()) == before
