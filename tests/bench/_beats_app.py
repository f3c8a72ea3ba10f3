"""What the bench serves: the study socket, the same written naively with the ORM, and a bare echo tuned alike."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.db import transaction
from django.urls import path
from django.utils.timezone import now

import config.asgi  # noqa: F401 - sets Django up and tunes the collector, as in production
from learning.consumers import StudyConsumer
from learning.models import CreditSpan, LessonProgress, StudySession
from learning.sitting import sitting_of
from tenants.consumers import TenantConsumer


class Durable(StudyConsumer):
    """The product's consumer, without its limit of messages: a closed loop beats as fast as it can."""

    def _too_many(self) -> bool:
        return False


class Naive(TenantConsumer):
    """One transaction of ordinary ORM a beat, over the connection pool."""

    channel_layer_alias = "none"

    async def opened(self) -> None:
        uuid = self.scope["url_route"]["kwargs"]["session"]
        self.session_id = (await self.db(sitting_of, uuid, self.user)).pk
        await self.accept()
        await self.send_json({"type": "hello", "seq": 0, "nonce": ""})

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = json.loads(text_data or "{}")
        await self.send_json(await self.db(naive_beat, self.session_id, message["playing"]))


def naive_beat(pk: int, playing: bool) -> dict[str, Any]:
    """Lock, read, add, save, insert: what the statement does, written as one would at first."""
    with transaction.atomic():
        session = StudySession.objects.select_for_update(no_key=True).get(pk=pk)
        progress = LessonProgress.objects.get(pk=session.progress_id)
        at = now()
        credit = max(1, min((at - session.last_beat_at) // timedelta(milliseconds=1), session.cap_ms))
        CreditSpan.objects.create(
            session=session,
            enrolment_id=session.enrolment_id,
            lesson_id=session.lesson_id,
            institution_id=session.institution_id,
            started_at=session.last_beat_at,
            ended_at=session.last_beat_at + timedelta(milliseconds=credit),
            credited_ms=credit,
        )
        progress.credited_ms += credit
        progress.save(update_fields=["credited_ms"])
        session.seq, session.nonce, session.last_beat_at, session.playing = session.seq + 1, uuid4(), at, playing
        session.save(update_fields=["seq", "nonce", "last_beat_at", "playing"])
    return {"type": "ack", "seq": session.seq, "nonce": str(session.nonce), "credited_ms": progress.credited_ms}


class Echo(AsyncWebsocketConsumer):
    """The ceiling: Daphne and Channels with the same overridden dispatch, doing nothing."""

    channel_layer_alias = "none"

    async def dispatch(self, message: dict[str, Any]) -> None:
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        await self.accept()
        await self.send(text_data='{"type":"hello","seq":0,"nonce":""}')

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data=text_data)


application = ProtocolTypeRouter(
    {
        "websocket": URLRouter(
            [
                path("durable/<uuid:session>/", Durable.as_asgi()),
                path("naive/<uuid:session>/", Naive.as_asgi()),
                path("echo/<uuid:session>/", Echo.as_asgi()),
            ]
        )
    }
)
