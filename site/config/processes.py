"""Small tools for running programs: ports, conditions, children that do not outlive their parent. No Django here."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


class ServiceError(Exception):
    """Why a service cannot run here, as a sentence for the person at the terminal."""


def is_root() -> bool:
    return os.geteuid() == 0


def as_nobody() -> dict[str, Any]:
    """Arguments for `subprocess` that give root's rights away."""
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_port(port: int, what: str, remedy: str) -> None:
    """Raise a ServiceError when the port cannot be bound; `remedy` says what to do instead."""
    if not 0 < port < 65536:
        raise ServiceError(f"{port} is no port for {what}; choose one between 1 and 65535.")
    if port < 1024 and not is_root():
        raise ServiceError(f"Port {port} for {what} needs administrator rights; {remedy}")
    if not port_is_free(port):
        raise ServiceError(f"Port {port} for {what} is in use by another program; {remedy}")


def dies_with_parent(sig: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn` that makes the kernel send `sig` to the child when the parent is gone, however it went."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return arm


def wait_until(condition: Callable[[], bool], timeout_s: float, every_s: float = 0.02) -> bool:
    """Poll until the condition holds; False after the time-out."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def process_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
