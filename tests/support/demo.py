"""A demo of its own for the browser tests: fresh state, a free port, the real `fab demo`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.processes import free_port, wait_until
from tests.support import servers

BUILD_TIMEOUT_S = 420.0
OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


@dataclass
class RunningDemo:
    """Where the demo answers, where it keeps its things, and what it has said so far."""

    port: int
    state: Path
    process: subprocess.Popen[str]
    output: list[str]

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.port}"

    def site(self, name: str) -> str:
        """Address of an institution's site."""
        return f"http://{name}.localhost:{self.port}"


@contextmanager
def running_demo(port: int | None = None) -> Iterator[RunningDemo]:
    """Bring a fresh province up and wait for its website; end and delete all of it afterwards."""
    state = Path(tempfile.mkdtemp(prefix="zhuxue-demo-", dir="/var/tmp"))
    state.chmod(0o711)  # PostgreSQL runs as nobody where the tests run as root
    (state / "cache").symlink_to(servers.cache_folder(), target_is_directory=True)
    demo = _start(port or free_port(), state)
    try:
        up = wait_until(lambda: _is_up(demo) or demo.process.poll() is not None, BUILD_TIMEOUT_S, every_s=0.1)
        if not up or demo.process.poll() is not None:
            raise RuntimeError("the demo did not come up:\n" + "".join(demo.output[-60:]))
        yield demo
    finally:
        demo.process.terminate()
        demo.process.wait(60)
        shutil.rmtree(state, ignore_errors=True)


def _start(port: int, state: Path) -> RunningDemo:
    environment = {key: value for key, value in os.environ.items() if key not in OURS and not key.startswith("ZHUXUE_")}
    environment |= {"ZHUXUE_VAR": str(state), "ZHUXUE_DEMO_MEDIA": "small"}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.launch", "demo", "--port", str(port)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    demo = RunningDemo(port, state, process, [])
    assert process.stdout is not None
    threading.Thread(target=demo.output.extend, args=(process.stdout,), daemon=True).start()
    return demo


def _is_up(demo: RunningDemo) -> bool:
    return any("The website answers" in line for line in demo.output)
