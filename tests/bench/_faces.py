"""People with a confirmed face, and their browsers' sockets, for the measurements of the camera."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"


def clips() -> Any:
    from tests.support.servers import cache_folder
    from tests.tools.clips import clips_of

    return clips_of(FACE, cache_folder())


def sessions(how_many: int) -> list[tuple[str, str]]:
    """(camera session uuid, cookie) of so many trainees of 灵筑: the first by the services, the others copies of it."""
    from django_tenants.utils import tenant_context

    from tenants.models import Institution
    from tenants.scopes import institution_scope

    lingzhu = Institution.objects.get(schema_name="lingzhu")
    with tenant_context(lingzhu), institution_scope(lingzhu):
        return _sessions(how_many, lingzhu)


def _sessions(how_many: int, lingzhu: Any) -> list[tuple[str, str]]:
    from django.utils.timezone import now

    from proctoring.services import open_camera_session
    from tests.support import people
    from tests.tools.cameraman import confirmed_profile

    users = [people.make_user(f"学员{number}") for number in range(how_many)]
    first = confirmed_profile(users[0], lingzhu, clips(), at=now(), clerk=people.make_user("何敏"))
    found = []
    for user in users:
        if user is not users[0]:
            _copy(first, user)
        session = open_camera_session(user, lingzhu, "study", at=now())
        found.append((str(session.uuid), people.signed_in(user, lingzhu).cookies["sessionid"].value))
    return found


def _copy(first: Any, user: Any) -> None:
    """The same consent, photos and template for another person, sealed anew for their own rows."""
    from proctoring.models import Consent, FacePhoto, FaceProfile, FaceTemplate

    def again(row: Any, **changed: Any) -> Any:
        names = [f.attname for f in row._meta.concrete_fields if f.name not in ("id", "uuid")]
        return type(row).objects.create(**{name: getattr(row, name) for name in names} | changed)

    again(Consent.objects.get(user=first.user), user_id=user.pk)
    profile = again(FaceProfile.objects.get(pk=first.pk), user_id=user.pk)
    for photo in FacePhoto.objects.filter(profile=first):
        again(photo, profile_id=profile.pk)
    again(FaceTemplate.objects.get(profile=first), profile_id=profile.pk)


class Line:
    """A websocket of a real server, with the methods that `tests.tools.cameraman.Page` uses."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.heard = socket, asyncio.Queue[str]()
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            await self.heard.put(message)

    async def send_to(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.socket.send(text_data if bytes_data is None else bytes_data)

    async def receive_nothing(self, timeout: float, _interval: float) -> bool:
        """Whether nothing came within the time."""
        ends = time.monotonic() + timeout
        while self.heard.empty() and time.monotonic() < ends:
            await asyncio.sleep(timeout / 2)
        return self.heard.empty()

    async def receive_from(self, timeout: float) -> str:
        return await asyncio.wait_for(self.heard.get(), timeout)
