"""`fab demo` and `fab dev`: servers, database, province, programs; one process that ends all of it on Ctrl-C.

Run as `python -m config.launch demo|dev|stop`. Imports no Django: the pieces that need it are processes of their own.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.processes import ServiceError, dies_with_parent, require_port
from config.services import Embedded
from config.state import CHECKOUT, state_folder
from config.supervisor import Program, Supervisor, stop_recorded
from config.translations import compile_all

KEPT_BY_FRESH = {"cache", "models", "test", "bench", "demo.lock", "demo.pids"}
SOURCES = ("tenants", "proctoring", "learning", "exams", "certs", "cms", "site")
WEB_PROCESSES = 2  # so that one of them answers while the other one comes back
BACKLOG = 1024  # connections that may wait in the kernel for a process to take them
MESSAGE_LIMIT = 65536  # bytes a websocket message may have: a camera frame of 640 × 480 and no more


class Progress:
    """One line a step, with the seconds since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)


def demo_environment(state: Path, port: int, urls: dict[str, str], *, debug: bool = False) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ZHUXUE_ENV": "demo",
        "ZHUXUE_VAR": str(state),
        "ZHUXUE_PORTAL_URL": os.environ.get("ZHUXUE_PORTAL_URL", f"http://localhost:{port}"),
        "ZHUXUE_DEBUG": "1" if debug else "0",
        "ZHUXUE_LOG_LEVEL": os.environ.get("ZHUXUE_LOG_LEVEL", "INFO" if debug else "WARNING"),
        **urls,
    }


def programs(state: Path, listener: int, environment: dict[str, str]) -> list[Program]:
    """What runs in the demo. In production the sockets have processes of their own (docs/operations.md).

    `listener` is the number of the listening socket that the web processes share: who connects while one of them is
    dead is taken by the other, and never refused (ADR 0175).
    """
    python = sys.executable
    as_root = "ignore:You're running the worker with superuser"  # of the demo only, in a container
    celery = [python, "-W", as_root, "-m", "celery", "-q", "-A", "config.celery"]
    quiet = ["--loglevel", "WARNING"]
    worker = [*celery, "worker", *quiet, "--without-gossip", "--without-mingle", "--concurrency"]
    commands = {
        "faces": [python, "-m", "django", "face_worker"],
        "tasks": [*worker, "2", "-n", "tasks@%h"],
        "media": [*worker, "1", "-n", "media@%h", "-Q", "media"],
        "beat": [*celery, "beat", *quiet, "--pidfile=", "-s", str(state / "beat-schedule")],
    }
    web = [python, "-m", "config.web", *web_options(listener)]
    webs = [Program(f"web-{n}", web, environment, fds=(listener,)) for n in range(1, WEB_PROCESSES + 1)]
    return webs + [Program(name, command, environment) for name, command in commands.items()]


def web_options(listener: int) -> list[str]:
    """Of a web process on an inherited listening socket."""
    limits = ["--websocket-max-message-size", str(MESSAGE_LIMIT), "--application-close-timeout", "2"]
    return ["--fd", str(listener), *limits, "-v", "0", "config.asgi:application"]


def listen(port: int) -> socket.socket:
    """The website's listening socket, held here for as long as the demo runs. `ServiceError` when it is taken."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    except OSError as error:
        raise ServiceError(f"Port {port} for the website cannot be opened: {error.strerror}.") from error


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Refuse a second demo on the same state folder."""
    with (state / "demo.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError("A demo of this checkout is already running; `fab stop` ends it.") from None
        pids = state / "demo.pids"
        pids.write_text(json.dumps({"supervisor": os.getpid(), "programs": {}}))
        try:
            yield
        finally:
            pids.unlink(missing_ok=True)


def wipe(state: Path) -> None:
    """Forget the demo, but keep what is only slow to make again."""
    Embedded(state).stop()
    for path in state.iterdir():
        if path.name not in KEPT_BY_FRESH:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def prepare(state: Path, environment: dict[str, str]) -> str:
    """Bring the database and the province up to date; returns the text that says what there is to try.

    Nothing is asked again when neither the source nor the database's folder has changed since the last time.
    """
    guide, stamp = state / "guide.txt", state / "postgres" / "prepared"
    wanted = fingerprint(environment)
    if "DATABASE_URL" not in os.environ and guide.exists() and stamp.exists() and stamp.read_text() == wanted:
        return guide.read_text(encoding="utf-8")
    command = [sys.executable, "-m", "config.prepare", str(guide)]
    made = subprocess.run(
        command,
        env=os.environ | environment,
        cwd=CHECKOUT,
        start_new_session=True,  # Ctrl-C is for us: `run` ends the child
        preexec_fn=dies_with_parent(),
    )
    if made.returncode != 0:
        raise ServiceError(f"The demo province could not be built (code {made.returncode}); the lines above say why.")
    if "DATABASE_URL" not in os.environ:  # another database may change without our knowing
        stamp.write_text(wanted)
    return guide.read_text(encoding="utf-8")


def fingerprint(environment: dict[str, str]) -> str:
    """Changes with any source file of ours, and with where the demo answers."""
    key = hashlib.sha256(f"{environment['ZHUXUE_PORTAL_URL']} {environment['DATABASE_URL']}".encode())
    for folder in SOURCES:
        for path in sorted((CHECKOUT / folder).rglob("*")):
            if path.suffix in {".py", ".json", ".csv", ".sql"} and path.is_file():
                key.update(str(path).encode() + path.read_bytes())
    return key.hexdigest()


def answers_in_background(port: int) -> threading.Event:
    """An event that is set once the portal's first page has been served."""
    served = threading.Event()

    def ask() -> None:
        while not served.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                connection.request("GET", "/", headers={"Host": "localhost"})
                connection.getresponse()
                served.set()
            except OSError:
                pass
            finally:
                connection.close()
            served.wait(0.2)

    threading.Thread(target=ask, daemon=True).start()
    return served


def run(port: int, *, fresh: bool = False, quiet: bool = False, dev: bool = False) -> None:
    """Start everything and stay until Ctrl-C or `fab stop`."""
    say = Progress()
    state = state_folder()
    with only_one(state):
        if fresh:
            wipe(state)
            say("Started over: the old demo is gone")
        require_port(port, "the website", f"try `fab demo --port {port + 1 if port > 1024 else 8000}`.")
        compile_all()
        with Embedded(state) as services:
            say("PostgreSQL and Redis are running" if services.servers else "Your PostgreSQL and Redis are used")
            environment = demo_environment(state, port, services.urls, debug=dev)
            guide = prepare(state, environment)
            say("The province is there")
            with listen(port) as listener:
                all_programs = programs(state, listener.fileno(), environment)
                supervisor = Supervisor(all_programs, pid_file=state / "demo.pids", say=printer(state, quiet))
                served = answers_in_background(port)

                def ready() -> None:
                    say("The website answers")
                    print(f"\n{guide}\nCtrl-C ends the demo.", flush=True)

                supervisor.run(on_ready=ready, ready=served.is_set, tick=restart_on_change(supervisor) if dev else None)
                say("Ending …")
    say("Everything has ended")


def printer(state: Path, quiet: bool) -> Callable[[str, str], None]:
    """Where the programs' lines go: prefixed to the terminal, or with --quiet to a file a program."""
    if not quiet:
        return lambda name, line: print(f"{name:>10} | {line}", flush=True)
    logs = state / "logs"
    logs.mkdir(exist_ok=True)

    def write(name: str, line: str) -> None:
        with (logs / f"{name}.log").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return write


def restart_on_change(supervisor: Supervisor) -> Callable[[], None]:
    """A tick that restarts the programs when a source file of ours has changed."""
    seen = {"stamp": 0.0, "looked_at": 0.0}

    def newest() -> float:
        return max(path.stat().st_mtime for folder in SOURCES for path in (CHECKOUT / folder).rglob("*.py"))

    def look() -> None:
        now = time.monotonic()
        if now - seen["looked_at"] < 1:
            return
        seen["looked_at"] = now
        stamp = newest()
        if seen["stamp"] and stamp > seen["stamp"]:
            supervisor.say("supervisor", "the source has changed, all programs start again")
            supervisor.restart()
        seen["stamp"] = stamp

    return look


def stop() -> None:
    """End the demo of this checkout, and embedded servers that were left over."""
    state = state_folder()
    ended = stop_recorded(state / "demo.pids")
    Embedded(state).stop()
    print("The demo has ended." if ended else "No demo was running.")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="fab demo")
    parser.add_argument("what", choices=["demo", "dev", "stop"])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `fab stop` before the programs run is a Ctrl-C
    try:
        if options.what == "stop":
            stop()
        else:
            run(options.port, fresh=options.fresh, quiet=options.quiet, dev=options.what == "dev")
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the programs run: the servers have been ended on the way out
        print("\nEnded before the website was up.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
