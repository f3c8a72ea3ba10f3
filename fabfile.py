"""The menu of this project: `fab -l` lists it, `fab --help demo` explains one task. Everything runs on this machine."""

import os
import shlex
import sys
from pathlib import Path

from fabric import task

ROOT = Path(__file__).resolve().parent
PYTHON = sys.executable
PY = shlex.quote(PYTHON)
LAUNCH = f"{PY} -m config.launch"


def run(c, command, **env):
    """Run a command in the checkout with its output as it comes; its exit code becomes ours."""
    result = c.run(f"cd {shlex.quote(str(ROOT))} && exec {command}", env=env, in_stream=False, warn=True)
    if result.exited:
        sys.exit(result.exited)


@task(
    help={
        "fresh": "start over with an empty province",
        "port": "port of the websites",
        "quiet": "programs write to files",
    }
)
def demo(c, port=8000, fresh=False, quiet=False):
    """Bring up a working province in the browser; Ctrl-C ends it."""
    flags = (" --fresh" if fresh else "") + (" --quiet" if quiet else "")
    run(c, f"{LAUNCH} demo --port {port}{flags}")


@task
def stop(c):
    """End the demo of this checkout."""
    run(c, f"{LAUNCH} stop")


@task(help={"port": "port of the websites"})
def dev(c, port=8000):
    """The demo with error pages; programs start again when a source file changes."""
    run(c, f"{LAUNCH} dev --port {port}")


@task(help={"full": "the long fault and attack matrices too", "k": "only tests whose name matches"})
def test(c, full=False, k=""):
    """Run the tests: real servers, real frames, a real browser."""
    chosen = (" --full" if full else "") + (f" -k '{k}'" if k else "")
    run(c, f"{PY} -m pytest -n 2 --dist loadgroup --ignore tests/bench --durations 20{chosen}")


@task(help={"url": "address of a running demo's portal", "out": "folder of the screenshots"})
def tour(c, url="http://localhost:8000", out=".var/tour"):
    """Drive one trainee's whole journey through a running demo, one screenshot a step."""
    run(c, f"{PY} -m tests.e2e.tour --url {url} --out {out}")


@task
def check(c):
    """Everything but the tests: style, types, translations, migrations, floors."""
    commands = ("ruff check .", "mypy", "config.checks", "pytest -q -p no:cacheprovider tests/unit/test_floors.py")
    settings = {"ZHUXUE_ENV": "test", "DATABASE_URL": "postgresql://nowhere/none", "REDIS_URL": "redis://nowhere"}
    failed = []
    for command in commands:
        print(f"— {command}", flush=True)
        env = {} if command.startswith("pytest") else settings
        if c.run(f"cd {shlex.quote(str(ROOT))} && {PY} -m {command}", env=env, in_stream=False, warn=True).exited:
            failed.append(command)
    if failed:
        sys.exit("Not clean: " + ", ".join(failed))


@task(help={"only": "part of a figure's name"})
def bench(c, only=""):
    """Measure what must be fast beside the plain way of doing it; non-zero when a figure is short."""
    run(c, f"{PY} -m tests.bench.frame --only '{only}'")


@task
def messages(c):
    """Bring the Chinese catalogue in step with the sources and compile it."""
    run(c, f"{PY} -m config.translations update")


@task
def lock(c):
    """Pin every dependency with its hashes: requirements.lock and the constraints in pyproject.toml."""
    run(c, f"{PY} -m config.pins")


@task(positional=["command"])
def manage(c, command):
    """Run a command of Django against the running demo: fab manage "shell"."""
    os.chdir(ROOT)
    os.execv(PYTHON, [PYTHON, "-m", "config.beside", "manage", *shlex.split(command)])


@task
def psql(c):
    """Open psql on the running demo's database."""
    os.execv(PYTHON, [PYTHON, "-m", "config.beside", "psql"])
