"""Processes that serve one half only: sockets without pages, pages without sockets."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from tests.support.live import Daphne, daphne

pytestmark = pytest.mark.django_db(transaction=True)
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Host": "lingzhu.test",
    "Origin": "http://lingzhu.test",
}
SITTING = "/ws/study/00000000-0000-4000-8000-000000000000/"


def ask(server: Daphne, method: str, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, headers={"Host": "lingzhu.test"} | headers)
    return connection.getresponse()


@pytest.fixture
def sockets() -> Iterator[Daphne]:
    with daphne(ZHUXUE_SERVE="sockets") as server:
        yield server


def test_a_process_of_sockets_answers_no_page_and_says_what_it_is_for(sockets: Daphne) -> None:
    for method, path in [("GET", "/"), ("POST", "/signin/"), ("GET", "/admin/"), ("GET", SITTING)]:
        answer = ask(sockets, method, path, {})
        assert (answer.status, answer.getheader("Upgrade")) == (426, "websocket"), path
        assert answer.read() == b"Websockets only.\n"
        assert answer.getheader("Content-Security-Policy") is None, "a middleware ran"
    assert ask(sockets, "GET", SITTING, UPGRADE).status == 101


def test_a_process_of_pages_opens_no_socket() -> None:
    with daphne(ZHUXUE_SERVE="http") as server:
        assert ask(server, "GET", "/", {}).getheader("Content-Security-Policy") is not None
        assert ask(server, "GET", SITTING, UPGRADE).status == 403
