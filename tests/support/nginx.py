"""A real nginx with the files of deploy/nginx before real web processes, in a folder of its own."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from config.processes import dies_with_parent, free_port, is_root, port_is_free, wait_until

DEPLOYED = Path(__file__).resolve().parents[2] / "deploy" / "nginx"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
START_S, STOP_S = 20.0, 10.0
# What an operator's machine has, and what a folder of a test has instead.
MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {extra}
    include {folder}/zhuxue.conf;
}}
"""


class Replacements:
    """Texts of the deployed files and what stands there in the test; each has to occur, or the test tests nothing."""

    def __init__(self, folder: Path, port: int, pages: list[int], sockets: list[int]) -> None:
        self.texts = {
            "/etc/nginx/zhuxue/": f"{folder}/zhuxue/",
            "/var/log/nginx/": f"{folder}/",
            "/srv/zhuxue/courseware/": f"{settings.COURSEWARE_ROOT}/",
            "/srv/zhuxue/static/": f"{settings.STATIC_ROOT}/",
            "    listen 80;\n    # listen": f"    listen 127.0.0.1:{port};\n    # listen",
        }
        self.servers = {"80": pages, "81": sockets}
        self.missing = set(self.texts)

    def applied(self, text: str) -> str:
        for old, new in self.texts.items():
            if old in text:
                self.missing.discard(old)
                text = text.replace(old, new)
        for kind, ports in self.servers.items():
            for number, port in enumerate(ports, 1):
                text = text.replace(f"127.0.0.1:{kind}0{number} ", f"127.0.0.1:{port} ")
        return re.sub(r"^ *server 127\.0\.0\.1:8[01]0\d .*\n", "", text, flags=re.M)  # of processes that are not there


class Nginx:
    """Its port, its folder, and its process."""

    def __init__(self, folder: Path, pages: list[int], sockets: list[int]) -> None:
        self.folder, self.port = folder, free_port()
        self.replacements = Replacements(folder, self.port, pages, sockets)
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, *, bucket: str = "") -> None:
        """The deployed files; with `bucket` (host and port) segments come from there over plain HTTP."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "zhuxue").mkdir()
        for path in [DEPLOYED / "zhuxue.conf", *(DEPLOYED / "zhuxue").glob("*.conf")]:
            text = self.replacements.applied(path.read_text())
            if bucket:
                text = text.replace("zhuxue/segments.conf", "zhuxue/segments_bucket.conf")
                text = text.replace("https://courseware.s3.example", f"http://{bucket}")
            (self.folder / path.relative_to(DEPLOYED)).write_text(text)
        assert not self.replacements.missing, self.replacements.missing
        key = self.folder / "zhuxue" / "segment_key.conf"
        with key.open("w") as file:
            call_command("nginx_config", stdout=file)
        cache = f"proxy_cache_path {self.folder}/cache levels=1:2 keys_zone=zhuxue_courseware:1m;" if bucket else ""
        user = "user root;" if is_root() else ""
        main = MAIN.format(folder=self.folder, user=user, extra=cache)
        (self.folder / "nginx.conf").write_text(main)

    def start(self) -> None:
        command = [NGINX, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        assert "[warn]" not in checked.stderr, checked.stderr
        self.process = subprocess.Popen(command, preexec_fn=dies_with_parent(signal.SIGTERM), stderr=subprocess.DEVNULL)
        if not wait_until(lambda: not port_is_free(self.port), START_S):
            raise RuntimeError("nginx did not start")

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        """What it has written about requests and errors."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@contextmanager
def nginx(folder: Path, *, pages: list[int], sockets: list[int], bucket: str = "") -> Iterator[Nginx]:
    """Running until the end of the block, before processes at these ports."""
    server = Nginx(folder, pages, sockets)
    server.write(bucket=bucket)
    try:
        server.start()
        yield server
    finally:
        server.stop()
