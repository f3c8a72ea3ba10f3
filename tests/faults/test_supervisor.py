"""The supervisor with real processes: what is killed comes back, nothing is left behind."""

import json
import os
import signal
import socket
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


ANSWERING = """
import os, socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
print("here I am", flush=True)
while True:
    connection, _ = listener.accept()
    connection.sendall(str(os.getpid()).encode())
    connection.close()
"""
SHARING = """
import sys
from pathlib import Path
from config.supervisor import Program, Supervisor
folder, number = Path(sys.argv[1]), int(sys.argv[2])
command = [sys.executable, str(folder / "answering.py"), str(number)]
programs = [Program(name, command, fds=(number,)) for name in ("web-1", "web-2")]
Supervisor(programs, pid_file=folder / "pids", say=lambda name, line: print(name, line, flush=True)).run()
"""


def answerer(port: int) -> int:
    """Who answers a new connection: a process id."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        return int(connection.recv(20))


def test_two_programs_on_one_socket_refuse_nobody_while_they_are_killed_in_turn(tmp_path):
    (tmp_path / "answering.py").write_text(ANSWERING)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        command = [sys.executable, "-c", SHARING, str(tmp_path), str(number)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, pass_fds=(number,)) as host:
            try:
                assert wait_until(lambda: {"web-1", "web-2"} <= recorded(tmp_path / "pids").keys(), 10)
                before = recorded(tmp_path / "pids")
                for name in ("web-1", "web-2"):
                    os.kill(before[name], signal.SIGKILL)
                    assert wait_until(lambda name=name: not process_alive(before[name]), 5)
                    assert before[name] not in {answerer(port) for _connection in range(20)}
                assert wait_until(lambda: not set(before.values()) & {answerer(port)}, 10)
            finally:
                host.terminate()
                host.wait(10)
