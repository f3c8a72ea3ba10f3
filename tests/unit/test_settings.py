"""The demo's secrets are worth nothing, hence they are refused outside the demo."""

import base64
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Env, database_from

KEY = base64.b64encode(b"k" * 32).decode()


def test_values_are_typed_and_name_their_variable() -> None:
    env = Env({"A": "yes", "N": "7", "W": "a, b c"})
    assert (env.flag("A"), env.flag("B"), env.integer("N", 1), env.words("W")) == (True, False, 7, ["a", "b", "c"])
    for call in (
        lambda: Env({"A": "maybe"}).flag("A"),
        lambda: Env({"A": "x"}).integer("A", 1),
        lambda: Env({}).text("A"),
    ):
        with pytest.raises(ImproperlyConfigured, match="A"):
            call()


def test_a_key_ring_keeps_its_order_and_refuses_short_keys() -> None:
    assert list(Env({"K": f"new:{KEY} old:{KEY}"}).keys("K", "")) == ["new", "old"]
    for text in ("", "a:notbase64!", "a:" + base64.b64encode(b"short").decode()):
        with pytest.raises(ImproperlyConfigured, match="K"):
            Env({"K": text}).keys("K", "")


def test_a_demo_secret_is_refused_elsewhere() -> None:
    with pytest.raises(ImproperlyConfigured, match="S"):
        Env({"S": "demo-session-not-a-secret"}).secret("S", demo=None)
    with pytest.raises(ImproperlyConfigured, match="S"):
        Env({}).secret("S", demo=None)


def test_a_database_address_is_read() -> None:
    assert database_from("postgresql://me:p%40ss@db:5433/zhuxue")["PASSWORD"] == "p@ss"
    with pytest.raises(ImproperlyConfigured):
        database_from("sqlite:///x")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "ZHUXUE_SECRET_KEY"),
        ({"ZHUXUE_SECRET_KEY": "demo-session-not-a-secret"}, "demo"),
        ({"ZHUXUE_SECRET_KEY": "own", "ZHUXUE_DATA_KEYS": ""}, "ZHUXUE_DATA_KEYS"),
        ({"ZHUXUE_SECRET_KEY": "own", "ZHUXUE_DATA_KEYS": f"demo:{KEY}", "ZHUXUE_INDEX_KEY": f"i:{KEY}"}, "demo"),
    ],
)
def test_production_does_not_start_with_the_demos_secrets(given: dict[str, str], says: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql://x@localhost/x",
        "REDIS_URL": "redis://localhost",
    }
    command = [sys.executable, "-c", "import config.settings"]
    ended = subprocess.run(
        command, env={**environment, **given, "ZHUXUE_ENV": "production"}, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert says in ended.stderr.splitlines()[-1]
