"""Sockets open only for a signed-in person, on the host of the session, from a page of that host."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from tenants.consumers import RefuseUnknownPaths, TenantConsumer
from tenants.models import Institution
from tests.support.people import make_user, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


class Hello(TenantConsumer):
    async def opened(self) -> None:
        await self.accept()
        name = await self.db(lambda: Institution.objects.get(schema_name=self.tenant.schema_name).name)
        await self.send_json(
            {"type": "hello", "who": self.user.name, "superuser": self.user.is_superuser, "where": name}
        )


def people() -> tuple[Client, Institution, Institution]:
    lingzhu = Institution.objects.get(schema_name="lingzhu")
    client = signed_in(make_user("李建国", is_superuser=True), lingzhu)
    return client, lingzhu, Institution.objects.get(schema_name="jiangxin")


async def answer(cookies: str, host: str, origin: str) -> dict:
    headers = [(b"host", host.encode()), (b"origin", origin.encode()), (b"cookie", cookies.encode())]
    socket = WebsocketCommunicator(Hello.as_asgi(), "/ws/hello/", headers=headers)
    await socket.connect()
    first = await socket.receive_json_from()
    await socket.disconnect()
    return first


async def test_a_signed_in_person_is_greeted_by_name_and_without_the_superuser_flag() -> None:
    client, lingzhu, _ = await sync_to_async(people)()
    cookies = f"sessionid={client.cookies['sessionid'].value}"
    assert await answer(cookies, "lingzhu.test:8000", "http://lingzhu.test:8000") == {
        "type": "hello",
        "who": "李建国",
        "superuser": False,
        "where": lingzhu.name,
    }


@pytest.mark.parametrize(
    ("host", "origin", "code"),
    [
        ("lingzhu.test", "http://jiangxin.test", "handshake.foreign_origin"),
        ("lingzhu.test", "", "handshake.foreign_origin"),
        ("lingzhu.test:8000", "http://lingzhu.test:9000", "handshake.foreign_origin"),
        ("nobody.test", "http://nobody.test", "handshake.unknown_host"),
        ("jiangxin.test", "http://jiangxin.test", "handshake.signed_out"),
    ],
)
async def test_any_other_host_or_origin_is_refused_with_a_code(host: str, origin: str, code: str) -> None:
    client, _, _ = await sync_to_async(people)()
    first = await answer(f"sessionid={client.cookies['sessionid'].value}", host, origin)
    assert (first["type"], first["code"]) == ("error", code)


@pytest.mark.parametrize("cookies", ["", "sessionid=forged", "sessionid"])
async def test_without_a_session_nothing_opens(cookies: str) -> None:
    first = await answer(cookies, "lingzhu.test", "http://lingzhu.test")
    assert first["code"] == "handshake.signed_out"


async def test_an_unknown_socket_path_is_closed_quietly() -> None:
    from channels.routing import URLRouter

    socket = WebsocketCommunicator(RefuseUnknownPaths(URLRouter([])), "/ws/nothing/")
    connected, code = await socket.connect()
    assert (connected, code) == (False, 4404)
