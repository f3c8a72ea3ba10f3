"""The embedded servers: real ones, in folders of their own."""

import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from config import launch, processes, state
from config.processes import ServiceError, is_root, port_is_free, process_alive, require_port, wait_until
from config.services import Embedded, Postgres, Redis
from config.state import password_in, reachable_by_nobody, state_folder


@pytest.fixture
def place():
    """A folder that `nobody` may pass through; pytest's tmp_path is closed to all but its owner."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_postgres_starts_is_adopted_by_the_next_caller_and_stops(place):
    first = Postgres(place / "postgres", durable=False)
    try:
        url = first.start()
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW max_locks_per_transaction").fetchone() == ("1024",)
            assert connection.execute("SHOW server_version_num").fetchone()[0].startswith("18")
            locale = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
            assert connection.execute(locale).fetchone() == ("b", "C.UTF-8")
        second = Postgres(place / "postgres", durable=False)
        assert second.start() == url
        assert second.process is None
        pid = first.pid
    finally:
        first.stop()
    assert not process_alive(pid)
    assert first.pid is None


def test_what_was_committed_is_there_after_kill_9_of_postgres(place):
    server = Postgres(place / "postgres")
    try:
        with psycopg.connect(server.start(), autocommit=True) as connection:
            connection.execute("CREATE TABLE beat (id int)")
            connection.execute("INSERT INTO beat VALUES (7)")
            server.process.kill()
        server.process.wait()
        with psycopg.connect(server.start()) as connection:
            assert connection.execute("SELECT id FROM beat").fetchall() == [(7,)]
    finally:
        server.stop()


def test_a_database_nobody_may_enter_without_its_password(place):
    server = Postgres(place / "postgres", durable=False)
    try:
        url = server.start()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace(password_in(server.folder), "guess"))
    finally:
        server.stop()
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600


def test_redis_starts_asks_for_its_password_and_stops(place):
    server = Redis(place / "redis")
    try:
        client = redis.Redis.from_url(server.start() + "/63")
        client.set("name", "筑学")
        assert client.get("name").decode() == "筑学"
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=server.port).ping()
        client.close()
    finally:
        server.stop()
    assert server.pid is None


def test_a_server_ends_with_the_program_that_started_it(place):
    code = (
        "import sys, pathlib; from config.services import Redis\n"
        "server = Redis(pathlib.Path(sys.argv[1])); server.start(); print(server.pid, flush=True); sys.stdin.read()"
    )
    host = subprocess.Popen(
        [sys.executable, "-c", code, str(place / "redis")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(host.stdout.readline())
    host.kill()
    host.communicate()
    assert wait_until(lambda: not process_alive(pid), 5)


def test_a_busy_port_is_a_sentence_not_a_traceback(place):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not port_is_free(port)
        with pytest.raises(
            ServiceError, match=f"^Port {port} for Redis is in use by another program; choose another one.$"
        ):
            Redis(place / "redis", port=port).start()
        told = subprocess.run(
            [sys.executable, "-m", "config.launch", "demo", "--port", str(port)],
            env=os.environ | {"ZHUXUE_VAR": str(place)},
            capture_output=True,
            text=True,
        )
    assert told.returncode == 1
    expected = f"Port {port} for the website is in use by another program; try `fab demo --port {port + 1}`.\n"
    assert told.stderr == expected


def test_a_port_below_1024_needs_rights(monkeypatch):
    monkeypatch.setattr(processes, "is_root", lambda: False)
    with pytest.raises(
        ServiceError, match=r"^Port 80 for the website needs administrator rights; choose another one.$"
    ):
        require_port(80, "the website", "choose another one.")


def test_a_folder_of_somebody_else_is_refused(place, monkeypatch):
    planted = place / "planted"
    planted.symlink_to("/tmp")
    monkeypatch.setenv("ZHUXUE_VAR", str(planted))
    assert state_folder() != planted  # the link is followed first, then its owner decides
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    monkeypatch.setenv("ZHUXUE_VAR", str(place / "theirs"))
    with pytest.raises(ServiceError, match="belongs to another user"):
        state_folder()


def test_urls_of_the_environment_replace_the_embedded_servers(place, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/zhuxue")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example")
    services = Embedded(place)
    assert services.servers == {}
    urls = {"DATABASE_URL": "postgresql://db.example/zhuxue", "REDIS_URL": "redis://cache.example"}
    assert services.start() == urls


def test_fresh_forgets_the_province_and_keeps_the_encoded_lessons(place, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    for name in ("cache", "private", "postgres"):
        (place / name).mkdir()
        (place / name / "file").write_text("x")
    (place / "guide.txt").write_text("x")
    launch.wipe(place)
    assert sorted(path.name for path in place.iterdir()) == ["cache"]


def test_where_roots_nobody_cannot_reach_the_checkout_the_state_lies_in_var_tmp(place, monkeypatch):
    monkeypatch.delenv("ZHUXUE_VAR")
    checkout = place / "closed" / "checkout"
    checkout.mkdir(parents=True)
    checkout.parent.chmod(0o700)
    if not is_root():  # an ordinary user's servers run as that user
        assert state_folder(checkout) == checkout / ".var"
        return
    assert not reachable_by_nobody(checkout)
    folder = state_folder(checkout)
    try:
        assert folder.parent == Path("/var/tmp")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    finally:
        folder.rmdir()
    checkout.parent.chmod(0o755)
    assert state_folder(checkout) == checkout / ".var"


def test_a_wheel_that_nobody_cannot_reach_is_copied_to_where_it_can(place, monkeypatch):
    monkeypatch.setattr(state, "is_root", lambda: True)
    monkeypatch.setattr(state, "reachable_by_nobody", lambda folder: False)
    binaries = state.postgres_binaries(place)
    assert binaries.is_relative_to(place)
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True)
    assert told.stdout.startswith("postgres (PostgreSQL) 18.")
    assert state.postgres_binaries(place) == binaries


@pytest.mark.parametrize("port", [0, -1, 65536, 80000])
def test_a_port_that_cannot_exist_gives_a_sentence(port: int) -> None:
    with pytest.raises(ServiceError, match="between 1 and 65535"):
        require_port(port, "the website", "choose another one.")
