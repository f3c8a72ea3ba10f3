"""Which skipped tests fail a run in CI."""

from types import SimpleNamespace

import pytest

from tests.support.skips import NO_FIREFOX, is_refused, reason_of


def skipped(reason: str) -> SimpleNamespace:
    return SimpleNamespace(skipped=True, longrepr=("file.py", 3, f"Skipped: {reason}"))


@pytest.mark.parametrize("reason", ["no browser", "", "it needs ../shared", "unconditional skip"])
def test_any_other_reason_fails_the_run(reason):
    assert is_refused(skipped(reason))


def test_a_machine_without_firefox_is_no_fault():
    assert not is_refused(skipped(NO_FIREFOX))


def test_an_input_of_shared_that_is_not_there_is_no_fault():
    assert not is_refused(skipped("needs ../shared/models/mobilefacenet.onnx"))


def test_a_passed_test_is_no_skip_and_an_expected_failure_is_one():
    assert not is_refused(SimpleNamespace(skipped=False, longrepr=None))
    assert is_refused(SimpleNamespace(skipped=True, longrepr="", wasxfail="known"))
    assert reason_of(skipped("no browser")) == "no browser"
