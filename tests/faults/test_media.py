"""A conversion that is killed, a disk that is full: no film is lost, none is entered twice."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from django.utils.timezone import now

from config.processes import dies_with_parent, wait_until
from learning import services, upload_files
from learning.courseware import courseware
from learning.errors import NoSpace
from learning.models import Media, MediaUpload
from tests.support import people, videos

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["-m", "celery", "-q", "-A", "config.celery", "worker", "-Q", "media", "--concurrency", "1", "-P", "solo"]
PATIENCE_S = 90
PIECE = 4 * 1024 * 1024


@pytest.fixture
def editor(association: Any, in_tenant: Any) -> Any:
    with in_tenant(association):
        yield people.make_user("何敏")


def sent(editor: Any, source: Path) -> MediaUpload:
    data = source.read_bytes()
    upload = services.begin_upload("课程.mp4", len(data), by=editor, at=now())
    for at in range(0, len(data), PIECE):
        upload = services.receive_piece(upload, at, data[at : at + PIECE], at=now())
    return upload


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker of the queue `media`."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    flags = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    process = subprocess.Popen(
        [sys.executable, *WORKER, *flags],
        env=os.environ | {"PYTHONPATH": path},
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def state(upload: MediaUpload) -> str:
    upload.refresh_from_db()
    return upload.state


def test_a_killed_worker_leaves_exactly_one_medium_to_the_next(editor: Any, cache_folder: Path) -> None:
    long = videos.clip(cache_folder, "twenty.mp4", *videos.picture("640x360", 20), *videos.PLAIN)
    upload = sent(editor, long)
    with worker() as first:
        found: list[psutil.Process] = []
        assert wait_until(lambda: bool(found.extend(encoders(first)) or found), PATIENCE_S)
        first.kill()  # kill -9
        first.wait()
    assert wait_until(lambda: has_ended(found[0]), PATIENCE_S)  # dies with it
    assert (state(upload), Media.objects.count()) == ("encoding", 0)
    assert services.requeue_stranded(at=now()) == 0  # it may only be slow to speak
    assert services.requeue_stranded(at=now() + timedelta(seconds=90)) == 1
    assert services.requeue_stranded(at=now() + timedelta(seconds=90)) == 0
    with worker():
        assert wait_until(lambda: state(upload) in {"done", "failed"}, PATIENCE_S, every_s=0.1)
    media = Media.objects.get()
    assert (upload.state, upload.error, media.duration_ms, media.segments) == ("done", "", 20_000, 5)
    assert media.upload_id == upload.pk
    assert courseware().listdir("")[0].count(media.folder) == 1
    assert not [name for name in courseware().listdir("")[0] if name.endswith(".part")]
    assert not upload_files.scratch_of(upload).exists()


def encoders(worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The worker's ffmpeg that writes segments."""
    children = psutil.Process(worker.pid).children(recursive=True)
    return [one for one in children if any("filter_complex" in word for word in command(one))]


def command(process: psutil.Process) -> list[str]:
    """Its words; none when it ended after it was listed (ffprobe lives for a moment only)."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # ZombieProcess is one
        return []


def has_ended(process: psutil.Process) -> bool:
    """No longer runs; what nobody has reaped yet has ended too."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """The kernel refuses every byte of a file beyond `size`, as a full disk does; children inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_the_piece_and_keeps_what_has_come(editor: Any, cache_folder: Path) -> None:
    film = videos.talk(cache_folder).read_bytes()
    upload = services.begin_upload("课程.mp4", len(film), by=editor, at=now())
    upload = services.receive_piece(upload, 0, film[:30_000], at=now())
    with full_at(40_000), pytest.raises(NoSpace) as error:
        services.receive_piece(upload, 30_000, film[30_000:], at=now())
    upload.refresh_from_db()
    assert (error.value.code, error.value.status, upload.received) == ("media.no_space", 507, 30_000)
    assert upload_files.source_of(upload).read_bytes() == film[:30_000]
    upload = services.receive_piece(upload, 30_000, film[30_000:], at=now())
    assert (upload.state, upload_files.source_of(upload).read_bytes() == film) == ("queued", True)


def test_a_full_disk_while_converting_fails_visibly_and_can_be_tried_again(editor: Any, cache_folder: Path) -> None:
    upload = sent(editor, videos.talk(cache_folder))
    with full_at(20_000):
        services.encode_upload(upload.pk, clock=now)
    assert (state(upload), upload.error, Media.objects.count()) == ("failed", "no_space", 0)
    assert not upload_files.scratch_of(upload).exists()
    services.retry_upload(upload, by=editor, at=now())
    services.encode_upload(upload.pk, clock=now)
    assert (state(upload), upload.error, Media.objects.count()) == ("done", "", 1)
