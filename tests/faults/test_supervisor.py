"""The supervisor with real processes: what is killed comes back, nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.processes import process_alive, wait_until
from config.supervisor import recorded, stop_recorded

PROGRAM = """
import signal, sys, time
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("here I am", flush=True)
while True:
    time.sleep(0.05)
"""
HOST = """
import json, sys
from pathlib import Path
from config.supervisor import Program, Supervisor
folder = Path(sys.argv[1])
program = [sys.executable, str(folder / "program.py")]
programs = [Program(name, [*program, *rest], stop_timeout_s=1) for name, *rest in json.loads(sys.argv[2])]
Supervisor(programs, pid_file=folder / "pids", say=lambda name, line: print(name, line, flush=True)).run()
"""


@pytest.fixture
def supervise(tmp_path: Path):
    """Start a supervisor over the given programs in a process of its own; ends it afterwards."""
    (tmp_path / "program.py").write_text(PROGRAM)
    hosts = []

    def start(*programs: list[str]) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOST, str(tmp_path), json.dumps(programs)]
        host = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        hosts.append(host)
        for _ in programs:
            assert "here I am" in host.stdout.readline()
        return host

    yield start
    for host in hosts:
        if host.poll() is None:
            host.terminate()
            host.wait(10)
        host.stdout.close()


def test_a_program_killed_with_9_is_back_within_five_seconds(supervise, tmp_path):
    host = supervise(["one"], ["two"])
    before = recorded(tmp_path / "pids")
    killed_at = time.monotonic()
    os.kill(before["one"], signal.SIGKILL)
    assert host.stdout.readline() == "supervisor one was killed by SIGKILL, starts again in 0.2 s\n"
    assert host.stdout.readline() == "one here I am\n"
    assert time.monotonic() - killed_at < 5
    after = recorded(tmp_path / "pids")
    assert after["one"] != before["one"]
    assert after["two"] == before["two"]


def test_stop_ends_everything_even_a_program_that_ignores_sigterm(supervise, tmp_path):
    host = supervise(["polite"], ["deaf", "stubborn"])
    pids = recorded(tmp_path / "pids")
    assert stop_recorded(tmp_path / "pids")
    assert "supervisor deaf did not end in time and was killed\n" in host.stdout.read()
    assert host.wait(5) == 0
    assert not [name for name, pid in pids.items() if process_alive(pid)]
    assert recorded(tmp_path / "pids") == {}
    assert not stop_recorded(tmp_path / "pids")


def test_nothing_survives_a_supervisor_that_is_killed_itself(supervise, tmp_path):
    host = supervise(["one"], ["deaf", "stubborn"])
    pids = recorded(tmp_path / "pids")
    os.kill(host.pid, signal.SIGKILL)
    host.wait(5)
    assert wait_until(lambda: not any(process_alive(pid) for pid in pids.values()), 5)
