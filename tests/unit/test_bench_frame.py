"""What `fab bench` prints, and when it ends non-zero."""

import pytest

from tests.bench import frame


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.setattr(frame, "FIGURES", [])
    return frame.figure


def test_a_figure_that_reaches_its_target_is_ok_and_bench_ends_with_zero(figures, capsys):
    figures("durable beats", target=8.0)(lambda: frame.Measured(5600.0, 500.0, "beats/s"))
    assert frame.run() == 0
    header, line = capsys.readouterr().out.splitlines()
    assert header.split() == ["name", "value", "baseline", "ratio", "target"]
    assert line == "durable beats  5,600 beats/s  500 beats/s  11.20  ≥ 8     ok"


def test_one_short_figure_makes_bench_end_with_one(figures, capsys):
    figures("fast", target=2.0)(lambda: frame.Measured(3.0, 1.0))
    figures("page latency", target=1.1, at_most=True)(lambda: frame.Measured(12.0, 10.0, "ms"))
    assert frame.run() == 1
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()[1:]] == ["ok", "short"]


def test_only_chooses_by_a_part_of_the_name_and_an_unknown_name_is_said(figures, capsys):
    figures("durable beats", target=1.0)(lambda: frame.Measured(1.0, 1.0))
    figures("exam answers", target=1.0)(lambda: pytest.fail("not asked for"))
    assert frame.run("BEATS") == 0
    assert frame.run("pdf") == 2
    assert "there are: durable beats, exam answers." in capsys.readouterr().err
