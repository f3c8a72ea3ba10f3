"""In CI a skipped test is a failed run, unless it needs what the machine may lack: an input of ../shared, Firefox."""

from __future__ import annotations

import os
from typing import Any

import pytest

NO_FIREFOX = "no Firefox on this machine"
ALLOWED = ("needs ../shared", NO_FIREFOX)

_refused: list[str] = []


def reason_of(report: Any) -> str:
    """Why a report says skipped, without pytest's prefix."""
    text = getattr(report, "wasxfail", None) or (report.longrepr[2] if isinstance(report.longrepr, tuple) else "")
    return str(text).removeprefix("Skipped: ")


def is_refused(report: Any) -> bool:
    return bool(report.skipped) and not reason_of(report).startswith(ALLOWED)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if is_refused(report):
        _refused.append(f"{report.nodeid}: {reason_of(report)}")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if is_refused(report):
        _refused.append(f"{report.nodeid}: {reason_of(report)}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _refused and os.environ.get("CI") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _refused and os.environ.get("CI"):
        terminalreporter.section("skips that fail the run")
        for line in _refused:
            terminalreporter.line(line)
