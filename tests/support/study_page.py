"""A page in the study room, over the real ASGI application: honest, or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings

from tests.support import people
from tests.support.study import BROWSER, Study, postgres_now

WAIT_S = 10


def cookie_of(study: Study, institution: Any) -> str:
    """The session cookie of the trainee, signed in at the institution."""
    return people.signed_in(study.user, institution).cookies[settings.SESSION_COOKIE_NAME].value


def later(study: Study, seconds: float) -> None:
    """Let the sitting look as if its last beat was so long ago: the database's clock cannot be turned."""
    from learning.models import StudySession

    StudySession.objects.filter(pk=study.session.pk).update(last_beat_at=postgres_now() - timedelta(seconds=seconds))


class Page:
    """Sends what it is told to, and remembers the seq and nonce that the server expects next."""

    def __init__(
        self, study: Study, cookie: str, *, host: str = "lingzhu.test", origin: str = "", agent: str = BROWSER
    ) -> None:
        from config.asgi import application

        headers = [
            (b"host", host.encode()),
            (b"origin", (origin or f"http://{host}").encode()),
            (b"user-agent", agent.encode()),
            (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()),
        ]
        self.socket = WebsocketCommunicator(application, f"/ws/study/{study.session.uuid}/", headers=headers)
        self.next: dict[str, Any] = {}

    async def open(self) -> dict[str, Any]:
        """Connect; the first message (`hello`, or why not)."""
        connected, _protocol = await self.socket.connect(timeout=WAIT_S)
        assert connected
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        message = await self.socket.receive_json_from(timeout=WAIT_S)
        if "nonce" in message:
            self.next = {"seq": message["seq"], "nonce": message["nonce"]}
        return message

    async def say(self, **message: Any) -> dict[str, Any]:
        await self.socket.send_json_to(message)
        return await self.hear()

    async def beat(self, playing: bool = True) -> dict[str, Any]:
        return await self.say(type="beat", playing=playing, **self.next)

    async def closed_with(self) -> int:
        """The close code that follows."""
        message = await self.socket.receive_output(timeout=WAIT_S)
        assert message["type"] == "websocket.close"
        return message["code"]
