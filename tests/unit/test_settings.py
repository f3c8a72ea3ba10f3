"""The demo's secrets are worth nothing, hence they are refused outside the demo."""

import base64
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Env, database_from, demo_key

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


SECRET = "qB3xv8Tn-5LhYcW0zRk7eJ2mUdS9pFaG4oHiXwN6_1AbCdE"
DATA, INDEX = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (1, 100))
GOOD = {
    "ZHUXUE_SECRET_KEY": SECRET,
    "ZHUXUE_SEGMENT_KEY": SECRET[::-1],
    "ZHUXUE_DATA_KEYS": f"k:{DATA}",
    "ZHUXUE_INDEX_KEY": f"i:{INDEX}",
}
DEMOS = base64.b64encode(demo_key("data")).decode()


def started_with(given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql://x@localhost/x",
        "REDIS_URL": "redis://localhost",
        "ZHUXUE_PORTAL_URL": "https://portal.example",
    }
    command = [sys.executable, "-c", "import config.settings"]
    return subprocess.run(
        command, env={**environment, **given, "ZHUXUE_ENV": "production"}, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ZHUXUE_SECRET_KEY": ""}, "ZHUXUE_SECRET_KEY"),
        ({"ZHUXUE_SECRET_KEY": "demo-session-not-a-secret"}, "demo"),
        ({"ZHUXUE_SECRET_KEY": "short"}, "ZHUXUE_SECRET_KEY is too weak"),
        ({"ZHUXUE_SECRET_KEY": "ab" * 40}, "ZHUXUE_SECRET_KEY is too weak"),
        ({"ZHUXUE_DATA_KEYS": ""}, "ZHUXUE_DATA_KEYS"),
        ({"ZHUXUE_DATA_KEYS": f"demo:{DATA}"}, "demo"),
        ({"ZHUXUE_DATA_KEYS": f"mine:{DEMOS}"}, "ZHUXUE_DATA_KEYS holds the demo's key"),
        ({"ZHUXUE_INDEX_KEY": f"mine:{DEMOS}"}, "ZHUXUE_INDEX_KEY holds the demo's key"),
        ({"ZHUXUE_DATA_KEYS": f"k:{KEY}"}, "ZHUXUE_DATA_KEYS is too weak"),
        ({"ZHUXUE_INDEX_KEY": f"i:{KEY}"}, "ZHUXUE_INDEX_KEY is too weak"),
        ({"ZHUXUE_INDEX_KEY": f"i:{DATA}"}, "different keys"),
        ({"ZHUXUE_DATA_KEYS": f"k:{DATA} old:{DATA}"}, "different keys"),
        ({"ZHUXUE_DEBUG": "1"}, "ZHUXUE_DEBUG"),
        ({"ZHUXUE_SMS_TEMPLATES": "code SMS_1"}, "ZHUXUE_SMS_TEMPLATES"),
    ],
)
def test_production_does_not_start_with_secrets_of_the_demo_or_weak_ones(given: dict[str, str], says: str) -> None:
    ended = started_with(GOOD | given)
    assert ended.returncode == 1
    assert says in ended.stderr.splitlines()[-1]


def test_production_starts_with_what_make_keys_prints() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "config.make_keys"], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    fresh = dict(line.split("=", 1) for line in printed.stdout.splitlines())
    assert set(fresh) == set(GOOD)
    ended = started_with(fresh)
    assert (ended.returncode, ended.stderr) == (0, "")
