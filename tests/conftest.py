"""Fixtures of every test: a real PostgreSQL with real cloned schemas, a real Redis, files in a folder of their own."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import database, people, servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.demo import RunningDemo

E2E = Path(__file__).parent / "e2e"
ROUTES = Path(__file__).parent / "unit/guards/test_routes.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long fault and attack matrices too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest in one worker goes first; the long matrices only with --full."""
    if not config.getoption("--full"):
        long = [item for item in items if item.get_closest_marker("full")]
        if long:
            config.hook.pytest_deselected(items=long)
            items[:] = [item for item in items if item not in long]
    items.sort(key=lambda item: (E2E not in item.path.parents, item.path != ROUTES))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A browser plays in real time: the workers beside it give way a little."""
    if "PYTEST_XDIST_WORKER" in os.environ and E2E not in item.path.parents and os.nice(0) == 0:
        os.nice(3)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Browser tests all in one worker, because they share one demo; every other test wherever there is room."""
    from tests.support.scheduling import BrowserTogether

    return BrowserTogether(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replace Django's test database by a copy of the template."""
    from django.db import connection
    from django.test import TransactionTestCase

    name = connection.settings_dict["NAME"]
    database.make_fresh(name)
    # A test that commits would be followed by TRUNCATE over every schema; a new copy is quicker and complete.
    TransactionTestCase._fixture_teardown = lambda self: _copy_again(name)  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        _look_at_schemas()
    yield
    with django_db_blocker.unblock():
        _close_all()
    database.drop(name)


def _look_at_schemas() -> None:
    """As in a process that has served a while: the first request of a test does not ask about tables."""
    from tenants.schema_check import is_complete

    assert all(is_complete(schema) for schema in ("association", "lingzhu", "jiangxin"))


def _copy_again(name: str) -> None:
    _close_all()
    database.make_fresh(name)


def _close_all() -> None:
    from django.db import connections

    connections.close_all()
    connections["default"].close_pool()


@pytest.fixture
def committed(transactional_db: None) -> None:
    """The test writes for good (sockets, threads, other processes see it); the database is made anew afterwards."""


@pytest.fixture(autouse=True)
def _clean_slate(request: pytest.FixtureRequest) -> Iterator[None]:
    """Back to the public schema, to Chinese, and to an empty Redis before every test."""
    from django.db import connection
    from django.utils import translation

    if "django_db_setup" in request.fixturenames:
        _flush_redis()
        connection.set_schema_to_public()
    with translation.override("zh-hans"):
        yield


def _flush_redis() -> None:
    import redis

    first = int(os.environ["ZHUXUE_REDIS_BASE"])
    for number in range(first, first + servers.REDIS_NUMBERS_PER_WORKER):
        with redis.Redis.from_url(f"{os.environ['REDIS_URL']}/{number}") as client:
            client.flushdb()


@pytest.fixture(scope="session")
def cache_folder() -> Path:
    """Kept between runs: for slow things known by a hash."""
    return servers.cache_folder()


@pytest.fixture(scope="session")
def demo() -> Iterator[RunningDemo]:
    """One demo province for all browser tests of the run, freshly built: `demo.portal`, `demo.site("lingzhu")`."""
    from tests.support.demo import running_demo

    with running_demo() as running:
        yield running


@pytest.fixture
def association(db: None) -> Any:
    return _institution("association")


@pytest.fixture
def lingzhu(db: None) -> Any:
    return _institution("lingzhu")


@pytest.fixture
def jiangxin(db: None) -> Any:
    return _institution("jiangxin")


def _institution(schema: str) -> Any:
    from tenants.models import Institution

    return Institution.objects.get(schema_name=schema)


@pytest.fixture
def in_tenant(db: None) -> Callable[[Any], Any]:
    """`with in_tenant(lingzhu):` the schema and the scope of one institution; of the association, the province."""
    from django_tenants.utils import tenant_context

    from tenants.scopes import institution_scope, province_scope

    @contextmanager
    def enter(institution: Any) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(tenant_context(institution))
            stack.enter_context(province_scope() if institution.is_association else institution_scope(institution))
            yield

    return enter


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """`make_user("陈志强")`: a person with a valid ID number who has signed in before."""
    return people.make_user


@pytest.fixture
def trainee_client(db: None) -> Callable[..., Any]:
    """`trainee_client(lingzhu)` or `trainee_client(lingzhu, user)`: a signed-in client; `client.user` is the person."""

    def make(institution: Any, user: Any = None) -> Any:
        user = user or people.make_user()
        client = people.signed_in(user, institution)
        client.user = user
        return client

    return make
