"""The database of a test process: a copy of one migrated template with the association and two institutions.

The template is kept between runs under a hash of what it was made from; copying it takes a fraction of a second.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

from config.processes import process_alive
from tests.support import servers

ROOT = Path(__file__).resolve().parents[2]
KEPT_TEMPLATES = 3
# What decides how the template looks: schemas, what opening an institution writes, and who does it.
INGREDIENTS = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "tenants/services.py",
    "tenants/brand.py",
    "tenants/roles/*.py",
    "cms/seeding.py",
    "cms/models/*.py",
    "tests/support/template.py",
)


def template_name() -> str:
    key = hashlib.sha256()
    for package in ("Django", "wagtail", "django-tenants"):
        key.update(f"{package} {version(package)}".encode())
    for path in sorted({path for pattern in INGREDIENTS for path in ROOT.glob(pattern)}):
        if ".venv" not in path.parts and ".var" not in path.parts:
            key.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return f"zx_template_{key.hexdigest()[:16]}"


def make_fresh(name: str) -> None:
    """Drop the database if it is there and copy the template into its place. Nobody of ours may be connected."""
    template = ensure_template()
    with _server() as server:
        _drop(server, name)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))


def drop(name: str) -> None:
    with _server() as server:
        _drop(server, name)


_ensured: dict[str, str] = {}


def ensure_template() -> str:
    """Name of the migrated template, built now if nobody has built it yet. Computed once a process."""
    if "name" not in _ensured:
        name = template_name()
        with servers.locked("template"), _server() as server:
            _sweep(server)
            if not _exists(server, name):
                _build(server, name)
            servers.hold(name)
        _ensured["name"] = name
    return _ensured["name"]


def _build(server: psycopg.Connection, name: str) -> None:
    part = f"{name}_part"
    _drop(server, part)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(part)))
    environment = os.environ | {"DATABASE_URL": servers.database_url(part)}
    made = subprocess.run(
        [sys.executable, "-m", "tests.support.template"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if made.returncode != 0:
        raise RuntimeError(f"the template database cannot be built:\n{made.stdout[-2000:]}\n{made.stderr[-6000:]}")
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(part), sql.Identifier(name)))


def _sweep(server: psycopg.Connection) -> None:
    """Drop what dead runs and older code left behind."""
    rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'zx\\_%' ORDER BY oid DESC").fetchall()
    names = [row[0] for row in rows]
    templates = [name for name in names if name.startswith("zx_template_")]
    runs = [name for name in names if name.startswith("zx_run_")]
    dead = [name for name in runs if not process_alive(int(name.split("_")[2]))]
    old = [name for name in templates[KEPT_TEMPLATES:] if not servers.is_held(name)]
    for name in dead + old:
        _drop(server, name)


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _server() -> psycopg.Connection:
    return psycopg.connect(servers.database_url("postgres"), autocommit=True)
