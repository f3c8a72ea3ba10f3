"""The menu of this project: `fab -l` lists it, `fab --help demo` explains one task. Everything runs on this machine."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from fabric import task

ROOT = Path(__file__).resolve().parent
PYTHON = sys.executable
# Settings can be read, but nothing is there to connect to.
NOWHERE = {"ZHUXUE_ENV": "test", "DATABASE_URL": "postgresql://nowhere/none", "REDIS_URL": "redis://nowhere"}


def run(*arguments, **env):
    """Run one of our modules at this terminal and return its exit code; Ctrl-C is for the program to answer.

    Not `c.run`: it decodes pieces of 1,000 bytes, and spoils a Chinese character that lies across the border.
    """
    process = subprocess.Popen([PYTHON, "-m", *arguments], cwd=ROOT, env=os.environ | env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def must(*arguments, **env):
    """Run, and end with the program's exit code when it fails."""
    code = run(*arguments, **env)
    if code:
        sys.exit(code if code > 0 else 1)


@task(help={"fresh": "start over with a new province", "port": "of the websites", "quiet": "programs write to files"})
def demo(c, port=8000, fresh=False, quiet=False):
    """Bring up a working province in the browser; Ctrl-C ends it."""
    flags = ["--fresh"] * fresh + ["--quiet"] * quiet
    must("config.launch", "demo", "--port", str(port), *flags)


@task
def stop(c):
    """End the demo of this checkout."""
    must("config.launch", "stop")


@task(help={"port": "of the websites"})
def dev(c, port=8000):
    """The demo with error pages; programs start again when a source file changes."""
    must("config.launch", "dev", "--port", str(port))


@task(help={"full": "the long fault and attack matrices too", "k": "only tests whose name matches"})
def test(c, full=False, k=""):
    """Run the tests: real servers, real frames, a real browser."""
    chosen = ["--full"] * full + (["-k", k] if k else [])
    # Three for two cores: browsers and videos wait for the clock, not for a core. With four, checks of faces come late.
    must("pytest", "-n", "3", "--ignore", "tests/bench", "--durations", "20", *chosen)


@task(help={"url": "address of a running demo's portal", "out": "folder of the screenshots"})
def tour(c, url="http://localhost:8000", out=".var/tour"):
    """Drive one trainee's whole journey through a running demo, one screenshot a step."""
    must("tests.e2e.tour", "--url", url, "--out", out)


@task(
    help={
        "url": "address of a running demo's portal",
        "out": "folder of the pictures",
        "design": "folder with pictures of the designs, to be shown beside",
    }
)
def pictures(c, url="http://localhost:8000", out=".var/pictures", design=""):
    """Take pictures of the public pages of two institutions and the portal, 1440 and 390 wide, on one page."""
    must("tests.e2e.pictures", "--url", url, "--out", out, *(["--design", design] if design else []))


@task
def check(c):
    """Everything but the tests: style, types, translations, migrations, floors."""
    commands = ["ruff check .", "mypy", "config.checks", "pytest -q -p no:cacheprovider tests/unit/test_floors.py"]
    failed = []
    for command in commands:
        print(f"— {command}", flush=True)
        if run(*shlex.split(command), **({} if command.startswith("pytest") else NOWHERE)):
            failed.append(command.split()[0])
    if failed:
        sys.exit("Not clean: " + ", ".join(failed))


@task(help={"only": "part of a figure's name"})
def bench(c, only=""):
    """Measure what must be fast beside the plain way of doing it; non-zero when a figure is short."""
    must("tests.bench.frame", "--only", only)


@task(help={"source": "another address, or a file you brought", "folder": "where models/ is to lie"})
def models(c, source="", folder=""):
    """Fetch the weights of the better face recogniser and check their sum; dlib serves without them."""
    flags = (["--source", source] if source else []) + (["--folder", folder] if folder else [])
    must("config.face_models", *flags)


@task
def messages(c):
    """Bring the Chinese catalogue in step with the sources and compile it."""
    must("config.translations", "update")


@task
def lock(c):
    """Pin every dependency with its hashes: requirements.lock and the constraints in pyproject.toml."""
    must("config.pins")


@task(positional=["command"])
def manage(c, command):
    """Run a command of Django against the running demo: fab manage "shell"."""
    must("config.beside", "manage", *shlex.split(command))


@task
def psql(c):
    """Open psql on the running demo's database."""
    must("config.beside", "psql")
