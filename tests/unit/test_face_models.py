"""`fab models`: the right file or none, and a sentence that says what to do."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config import face_models

CONTENT = b"weights" * 1000


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that has the right file, another one, and half of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = {"/right": CONTENT, "/other": b"other", "/half": CONTENT}.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write((body or b"")[: 20 if self.path == "/half" else None])

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(face_models, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_weights_arrive_whole_and_are_not_fetched_twice(upstream: str, tmp_path: Path) -> None:
    target = face_models.place(tmp_path)
    assert face_models.fetch(target, f"{upstream}/right")
    assert target.read_bytes() == CONTENT
    assert not face_models.fetch(target, f"{upstream}/gone")
    assert [path.name for path in target.parent.iterdir()] == [target.name]


@pytest.mark.parametrize(("path", "words"), [("other", "checksum"), ("half", "checksum"), ("gone", "Not Found")])
def test_what_is_wrong_or_missing_leaves_nothing_behind(upstream: str, tmp_path: Path, path: str, words: str) -> None:
    target = face_models.place(tmp_path)
    with pytest.raises(face_models.NotFetched, match=words):
        face_models.fetch(target, f"{upstream}/{path}")
    assert list(target.parent.iterdir()) == []


def test_without_a_network_it_says_so_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert face_models.main(["--source", "http://127.0.0.1:1/x", "--folder", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "could not be fetched" in said
    assert "fab models --source FILE" in said


def test_a_file_that_was_brought_is_taken(upstream: str, tmp_path: Path) -> None:
    brought = tmp_path / "brought.onnx"
    brought.write_bytes(CONTENT)
    assert face_models.main(["--source", str(brought), "--folder", str(tmp_path)]) == 0
    assert face_models.place(tmp_path).read_bytes() == CONTENT
