"""The console's page of the face workers."""

from __future__ import annotations

import pytest
import redis

from proctoring import wire
from proctoring.worker_stats import Stats
from tenants.roles.roles import Role
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/console/faces/"


def alive(name: str, **figures: float) -> None:
    from django.conf import settings

    with redis.Redis.from_url(settings.FACE_REDIS_URL) as faces:
        faces.hset(wire.stats(name), mapping=Stats("dlib", **figures).told(1))
        faces.zadd(wire.WORKERS, {name: faces.time()[0]})
        faces.zadd(wire.slots(name), {"somebody": faces.time()[0] + 15})
        faces.zadd(wire.QUEUE, {"waits": 1, "waits too": 2})


def test_it_shows_what_each_worker_takes_and_how_many_people_wait(association):
    alive("b4c5", frame_ms=16.0, frames=12345, snapshots=7, stale=3)
    page = staff_client(association, Role.SUPERADMIN).get(ADDRESS).content.decode()
    for text in ("b4c5", "1 / 5", "16.0 毫秒", "12,345", "抓拍 7", '<span class="zx-strip__num">2</span>'):
        assert text in page, text


def test_without_a_worker_it_says_what_to_start(association):
    page = staff_client(association, Role.AUDITOR).get(ADDRESS).content.decode()
    assert "没有人脸识别进程在运行" in page
    assert "face_worker" in page


def test_without_redis_it_says_what_that_means(association, settings, monkeypatch):
    from proctoring import client

    settings.FACE_REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(client, "_pool", None)
    page = staff_client(association, Role.SUPERADMIN).get(ADDRESS)
    assert page.status_code == 200
    assert "人脸识别的 Redis 无法连接" in page.content.decode()
    monkeypatch.setattr(client, "_pool", None)


def test_only_the_association_has_it(lingzhu, association):
    assert staff_client(lingzhu, Role.MANAGER).get(ADDRESS).status_code == 404
    assert staff_client(association, Role.HOURS_REVIEWER).get(ADDRESS).status_code == 403
