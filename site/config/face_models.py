"""`fab models`: bring the weights of the better face recogniser from their upstream. Imports no Django.

What arrives counts only with the checksum this release was measured with; a file that is not whole never gets the name.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from config.state import state_folder

UPSTREAM = "https://raw.githubusercontent.com/foamliu/MobileFaceNet/master/weights/MobileFaceNet.onnx"  # Apache-2.0
SHA256 = "b7120c095d60094f28a4a54ba6a8bf51b297a6273fb40ef6350dfec1f63d9507"
LARGEST = 64 * 1024 * 1024
TIMEOUT_S = 30


class NotFetched(Exception):
    """The sentence says why, and what to do."""


def place(folder: Path | None = None) -> Path:
    """Where the weights lie: the demo takes them from there by itself."""
    return (folder or state_folder()) / "models" / "MobileFaceNet.onnx"


def is_right(path: Path) -> bool:
    """Whether the file is there and is the one that was measured."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == SHA256
    except OSError:
        return False


def fetch(target: Path, source: str) -> bool:
    """Put the weights at `target`, whole or not at all; False when they were there. Raises `NotFetched`."""
    if is_right(target):
        return False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".fetching-")
    except OSError as error:
        raise NotFetched(f"{target.parent} cannot be written: {error.strerror}.") from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _download(source, file)
        if not is_right(part):
            raise NotFetched(f"What {source} gave has another checksum than {SHA256}; nothing was kept.")
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return True


def _download(source: str, file: IO[bytes]) -> None:
    try:
        if "://" not in source:
            file.write(Path(source).read_bytes())
            return
        with urllib.request.urlopen(source, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the checksum decides
            left = LARGEST
            while (piece := answer.read(1 << 16)) and left > 0:
                left -= len(piece)
                file.write(piece)
    except (OSError, ValueError) as error:  # URLError and HTTPError are OSErrors
        reason = getattr(error, "reason", None) or error
        raise NotFetched(
            f"{source} could not be fetched: {reason}. dlib goes on judging. From a machine that reaches it, "
            f"copy the file here and run: fab models --source FILE"
        ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="fab models")
    parser.add_argument("--source", default=os.environ.get("ZHUXUE_FACE_ONNX_URL") or UPSTREAM)
    parser.add_argument("--folder", type=Path, help="where models/ is to lie; the state folder unless given")
    options = parser.parse_args(arguments)
    target = place(options.folder)
    try:
        fresh = fetch(target, options.source)
    except NotFetched as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{'Fetched' if fresh else 'Already there'}, checksum right: {target}")
    print(f"The demo uses it from its next start. Elsewhere set ZHUXUE_FACE_ONNX_WEIGHTS={target}")
    print("for every process, restart them all, then: python -m django rebuild_templates")
    return 0


if __name__ == "__main__":
    sys.exit(main())
