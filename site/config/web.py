"""Daphne that lets people's requests finish when it is asked to stop: `python -m config.web`, with daphne's options.

On SIGTERM it takes no new connection (on a shared listening socket the other processes do), waits for the answers that
are under way, at most `DRAIN_S`, and then ends the sockets: their pages come back by themselves, to another process.
"""

from __future__ import annotations

import asyncio
from typing import Any

from daphne.cli import CommandLineInterface
from daphne.http_protocol import WebRequest
from daphne.server import Server
from twisted.internet.defer import Deferred

DRAIN_S = 5.0  # below the supervisor's patience


class DrainingServer(Server):
    """Daphne's own server cancels every application at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ports: list[Any] = []

    def listen_success(self, port: Any) -> None:
        self.ports.append(port)
        super().listen_success(port)

    def kill_all_applications(self) -> Deferred[Any]:
        """Called before the reactor shuts down, which waits for the answer."""
        return Deferred.fromFuture(asyncio.ensure_future(self._drain()))

    async def _drain(self) -> None:
        for port in self.ports:
            port.stopListening()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + DRAIN_S
        while self._answering() and loop.time() < deadline:
            await asyncio.sleep(0.02)
        applications = [found for found in map(_application_of, self.connections.values()) if found]
        for application in applications:
            application.cancel()
        await asyncio.gather(*applications, return_exceptions=True)

    def _answering(self) -> bool:
        """Whether an HTTP request has not got its whole answer yet."""
        return any(
            isinstance(protocol, WebRequest) and "disconnected" not in details and _application_of(details)
            for protocol, details in self.connections.items()
        )


def _application_of(details: dict[str, Any]) -> asyncio.Future[None] | None:
    """The running application of a connection; there is none before it began and after it ended."""
    found = details.get("application_instance")
    return found if found is not None and not found.done() else None


class DrainingDaphne(CommandLineInterface):
    server_class = DrainingServer


if __name__ == "__main__":
    DrainingDaphne.entrypoint()
