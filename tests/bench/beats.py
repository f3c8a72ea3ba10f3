"""Durable beats of one Daphne process, against the same consumer written naively and against a bare echo."""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from config.processes import free_port, wait_until
from tests.bench._sockets import closed_loop
from tests.bench.frame import Measured, figure

SOCKETS = 500
SECONDS = 6.0


@figure("durable beats / naive ORM", target=8.0)
def durable_against_naive() -> Measured:
    """Beats a second that are committed before they are acknowledged."""
    return Measured(rates()["durable"][0], rates()["naive"][0], "beats/s")


@figure("durable beats / tuned echo", target=0.65)
def durable_against_echo() -> Measured:
    """How much of the socket server's own ceiling durability leaves."""
    return Measured(rates()["durable"][0], rates()["echo"][0], "beats/s")


@functools.cache
def rates() -> dict[str, tuple[float, float]]:
    """(beats a second, p99 in seconds) of each kind, one after the other in one run."""
    sittings = make_sittings(SOCKETS)
    found = {}
    with pinned():
        for kind in ("echo", "durable", "naive"):
            with served() as port:
                found[kind] = asyncio.run(closed_loop(port, kind, sittings, SECONDS))
            print(f"  {kind}: {found[kind][0]:,.0f} beats/s, p99 {found[kind][1] * 1000:.0f} ms", file=sys.stderr)
    return found


@contextmanager
def pinned() -> Iterator[None]:
    """The client on the second core of two, as PERFORMANCE.md measured; PostgreSQL runs where it likes."""
    allowed = os.sched_getaffinity(0)
    if len(allowed) > 1:
        os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def served() -> Iterator[int]:
    """One Daphne process on a core of its own; its port."""
    port, core = free_port(), min(os.sched_getaffinity(os.getppid()))
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0"]
    server = subprocess.Popen(
        [*command, "tests.bench._beats_app:application"],
        env=os.environ | {"ZHUXUE_LOG_LEVEL": "ERROR"},
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        wait_until(lambda: answers(port), 60)
        yield port
    finally:
        server.kill()
        server.wait()


def answers(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def make_sittings(count: int) -> list[tuple[str, str]]:
    """(uuid, cookie) of so many people's sittings at a long lesson, with a camera that has seen them."""
    from django.conf import settings
    from django_tenants.utils import tenant_context

    from learning.models import CreditSpan
    from tenants.models import Institution
    from tenants.scopes import institution_scope
    from tests.support.study import make_study, postgres_now

    lingzhu = Institution.objects.get(schema_name="lingzhu")
    made = []
    with tenant_context(lingzhu), institution_scope(lingzhu):
        first = make_study(lingzhu, lengths_ms=(2_700_000,))
        at = postgres_now()
        for number in range(count):
            session = sitting_like(first, number, at)
            made.append((str(session.uuid), f"{settings.SESSION_COOKIE_NAME}={session_of(session.user, lingzhu)}"))
        assert not CreditSpan.objects.exists()
    return made


def sitting_like(first: Any, number: int, at: Any) -> Any:
    """One more person with the same lesson; no password is hashed, so that hundreds take seconds."""
    from learning.models import Enrolment
    from learning.services import open_study_session
    from proctoring.models import CameraSession
    from tenants.accounts.models import User
    from tests.support.people import BEFORE

    user = User(name="学员", created_at=BEFORE, activated_at=BEFORE, password=f"!{number}")
    user.set_identity(id_number=f"bench-{number}")
    user.save()
    model = first.enrolment
    enrolment = Enrolment.objects.create(
        institution=model.institution, user=user, position=model.position, year=model.year, plan=model.plan,
        post_certificate=model.post_certificate, admission=model.admission, created_at=at,
    )  # fmt: skip
    camera = CameraSession.objects.create(
        user=user, institution=model.institution, purpose="study", opened_at=at, verified_at=at,
        verified_until=at + timedelta(hours=1),
    )  # fmt: skip
    return open_study_session(enrolment, camera, by=user, at=at)


def session_of(user: Any, institution: Any) -> str:
    """A signed-in browser session's key."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "tenants.roles.backends.TenantBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["schema"] = institution.schema_name
    store.save()
    return store.session_key
