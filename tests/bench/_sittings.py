"""Thousands of people in the middle of a long lesson, each signed in, before a camera that has seen them."""

from __future__ import annotations

import functools
from datetime import timedelta
from importlib import import_module
from typing import Any

MOST = 5_000
LESSON_MS = 2_700_000
VERIFIED_FOR = timedelta(hours=3)  # longer than any measurement


@functools.cache
def sittings() -> list[tuple[str, str]]:
    """(uuid, cookie) of 5,000 sittings at one lesson, made once a run: figures share them.

    The first is opened by the product's own services, the others are copies of its rows in bulk: one by one 5,000
    would take minutes, and the statement that is measured reads nothing but these rows.
    """
    from django.conf import settings
    from django_tenants.utils import tenant_context

    from tenants.models import Institution
    from tenants.scopes import institution_scope
    from tests.support.study import make_study, postgres_now

    lingzhu = Institution.objects.get(schema_name="lingzhu")
    with tenant_context(lingzhu), institution_scope(lingzhu):
        user = made_user()
        user.save()
        study = make_study(lingzhu, lengths_ms=(LESSON_MS,), user=user)
        study.open_camera(at=postgres_now(), minutes=VERIFIED_FOR.total_seconds() / 60)
        first = study.open(at=postgres_now())
        opened = [first, *copies(first, MOST - 1)]
        keys = signed_in([one.user for one in opened], lingzhu)
    return [(str(one.uuid), f"{settings.SESSION_COOKIE_NAME}={key}") for one, key in zip(opened, keys)]


def made_user() -> Any:
    """A person who is not in the database yet, without a password hashed."""
    from tenants.accounts.models import User
    from tests.support.people import BEFORE

    user = User(name="学员", created_at=BEFORE, activated_at=BEFORE)
    user.set_identity(id_number=f"bench-{user.uuid}")
    user.password = f"!{user.uuid}"
    return user


def copies(first: Any, count: int) -> list[Any]:
    """As many more people with an enrolment, a camera session, a progress and a sitting like those of `first`."""
    from tenants.accounts.models import User

    users = User.objects.bulk_create([made_user() for _number in range(count)])
    enrolments = bulk_copy(first.enrolment, [{"user": user} for user in users])
    cameras = bulk_copy(first.camera_session, [{"user": user} for user in users])
    progress = bulk_copy(first.progress, [{"enrolment": enrolment} for enrolment in enrolments])
    return bulk_copy(
        first,
        [
            {"user": user, "enrolment": enrolment, "camera_session": camera, "progress": row}
            for user, enrolment, camera, row in zip(users, enrolments, cameras, progress)
        ],
    )


def bulk_copy(model: Any, changes: list[dict[str, Any]]) -> list[Any]:
    """Rows like `model`, each with its changes and, where the model has them, with a uuid and a nonce of its own."""
    kind = type(model)
    own = {"id", "uuid", "nonce"}
    values = {field.name: getattr(model, field.name) for field in kind._meta.concrete_fields if field.name not in own}
    return kind.objects.bulk_create([kind(**values | change) for change in changes])


def signed_in(users: list[Any], institution: Any) -> list[str]:
    """A browser session's key for each."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils.timezone import now

    store = import_module(settings.SESSION_ENGINE).SessionStore
    model, until = store.get_model_class(), now() + VERIFIED_FOR
    rows = []
    for user in users:
        session = store()
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "tenants.roles.backends.TenantBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "schema": institution.schema_name,
        }
        key = session._get_new_session_key()
        rows.append(model(session_key=key, session_data=session.encode(data), expire_date=until))
    model.objects.bulk_create(rows)
    return [row.session_key for row in rows]
