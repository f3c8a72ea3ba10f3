"""`manage.py face_worker`: judge faces until told to stop. Run one per core that may be spent on it."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proctoring.engine import WeightsRefused
from proctoring.examine import local_engine
from proctoring.worker import FaceWorker


class Command(BaseCommand):
    help = "Judge camera frames and photos from Redis: one process, one core."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            engine = local_engine()
        except WeightsRefused as error:
            raise CommandError(str(error)) from error
        asyncio.run(self._serve(engine))

    async def _serve(self, engine: Any) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await FaceWorker(engine, settings.FACE_REDIS_URL).run(stop)
