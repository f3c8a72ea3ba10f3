"""`fab lock`: one set of exact versions, kept in two places that name no download address.

requirements.lock holds the hashes, for `uv pip sync --require-hashes`. The constraints of pyproject.toml make `uv run`
choose the same versions on any machine, whichever package index that one uses.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from config.state import CHECKOUT

LOCK = CHECKOUT / "requirements.lock"
PYPROJECT = CHECKOUT / "pyproject.toml"
HEADER = "# Exact versions of everything, development tools included. Written by `fab lock`.\n"
CONSTRAINTS = re.compile(r"^constraint-dependencies = \[\n(?:.*\n)*?\]\n", re.MULTILINE)
PIN = re.compile(r"^[A-Za-z0-9_.-]+(?:\[[^\]]+\])?==[^\\\n]+")


def without_constraints(pyproject: str) -> str:
    """The project without the pins of last time, which would hold every version back."""
    return CONSTRAINTS.sub("", pyproject)


def pins_of(lock: str) -> list[str]:
    """`name==version ; marker` of every package in a compiled lock."""
    return [found.group().strip() for line in lock.splitlines() if (found := PIN.match(line))]


def with_constraints(pyproject: str, pins: list[str]) -> str:
    """The project with these pins in its [tool.uv] table."""
    lines = "".join('    "' + pin.replace('"', "'") + '",\n' for pin in pins)
    table = f"[tool.uv]\nconstraint-dependencies = [\n{lines}]\n"
    return without_constraints(pyproject).replace("[tool.uv]\n", table, 1)


def compile_lock(pyproject: str) -> str:
    """Ask uv for versions and hashes on every platform and Python that we support."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(without_constraints(pyproject), encoding="utf-8")
        command = ["uv", "pip", "compile", "pyproject.toml", "--group", "dev", "--universal", "--generate-hashes"]
        plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]
        made = subprocess.run(
            [*command, *plain, "--python-version", "3.11"], cwd=folder, capture_output=True, text=True
        )
    if made.returncode != 0:
        sys.exit(made.stderr)
    return made.stdout


def main() -> None:
    pyproject = PYPROJECT.read_text(encoding="utf-8")
    lock = compile_lock(pyproject)
    LOCK.write_text(HEADER + lock, encoding="utf-8")
    PYPROJECT.write_text(with_constraints(pyproject, pins_of(lock)), encoding="utf-8")
    print(f"{len(pins_of(lock))} packages pinned.")


if __name__ == "__main__":
    main()
