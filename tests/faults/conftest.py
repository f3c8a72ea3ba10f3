"""Servers that may be killed, the website's two processes on them, and learners who write down what they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.support.learners import Classroom, Learner, complaints
from tests.support.own_servers import OwnServers, own_servers
from tests.support.study import make_study, postgres_now
from tests.support.study_page import cookie_of
from tests.support.web import Web, web

HOUR_MS = 2_700_000


@pytest.fixture(scope="package")
def servers() -> Iterator[OwnServers]:
    with own_servers() as made:
        yield made


@pytest.fixture(scope="package")
def site(servers: OwnServers) -> Iterator[Web]:
    with web(servers.environment) as made:
        yield made


@dataclass
class Room:
    """Makes learners of 灵筑 and looks at what is stored of them."""

    servers: OwnServers
    institution: Any

    def learners(self, how_many: int, port: int, **more: Any) -> list[Learner]:
        return [self._learner(port, more) for _number in range(how_many)]

    def _learner(self, port: int, more: dict[str, Any]) -> Learner:
        with self.inside():
            study = make_study(self.institution, lengths_ms=(HOUR_MS,))
            study.open_camera(at=postgres_now() - timedelta(minutes=20), minutes=60)
            study.open(at=postgres_now())
        host = f"{self.institution.schema_name}.localhost:{port}"
        return Learner(study, host, cookie_of(study, self.institution), port, **more)

    def complaints(self, learners: list[Learner], **more: Any) -> list[str]:
        with self.inside():
            until = postgres_now()
            return [text for learner in learners for text in complaints(learner, until=until, **more)]

    @contextmanager
    def inside(self) -> Iterator[None]:
        from django_tenants.utils import tenant_context

        from tenants.scopes import institution_scope

        with tenant_context(self.institution), institution_scope(self.institution):
            yield


@pytest.fixture
def room(servers: OwnServers, django_db_blocker: Any) -> Iterator[Room]:
    from django.db import connection

    from tenants.models import Institution

    with django_db_blocker.unblock(), servers.used_by_django():
        connection.set_schema_to_public()
        yield Room(servers, Institution.objects.get(schema_name="lingzhu"))


@pytest.fixture
def classroom(room: Room, site: Web) -> Callable[..., Any]:
    """`with classroom(12) as learners:` they study at the site while the block runs; nobody may have been sent away."""

    @contextmanager
    def open_(how_many: int, port: int = 0, **more: Any) -> Iterator[Classroom]:
        site.start(*(set(range(2)) - set(site.running())))
        with Classroom(room.learners(how_many, port or site.port, **more)) as made:
            made.wait_for_acks(2)
            yield made
        assert [learner.fatal for learner in made.learners if learner.fatal] == []

    return open_
