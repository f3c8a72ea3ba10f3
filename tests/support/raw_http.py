"""One HTTP request exactly as written: paths that browsers would tidy up, headers that they would not send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in small letters
    body: bytes

    @property
    def code(self) -> str:
        """Of a refusal in JSON; empty for anything else."""
        if "json" not in self.headers.get("content-type", ""):
            return ""
        return str(self.json().get("code", ""))

    def json(self) -> Any:
        return json.loads(self.body)


def ask(port: int, path: str, *, host: str, cookie: str = "", method: str = "GET", **headers: str) -> Answer:
    """Ask 127.0.0.1; `x_real_ip="…"` becomes the header X-Real-Ip."""
    line = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        line.putheader("Host", host)
        if cookie:
            line.putheader("Cookie", cookie)
        for name, value in headers.items():
            line.putheader(name.replace("_", "-"), value)
        if method == "POST":
            line.putheader("Content-Length", "0")
        line.endheaders()
        said = line.getresponse()
        return Answer(said.status, {name.lower(): value for name, value in said.getheaders()}, said.read())
    finally:
        line.close()
