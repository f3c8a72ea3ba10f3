#!/usr/bin/env python3
"""Debian's Firefox as Playwright can drive it: started in Firefox's place, with its arguments.

Playwright speaks WebDriver BiDi and always sends a command or two that the long-supported Firefox does not know yet.
What Firefox calls unknown is answered with success here; no test depends on those.
"""

import asyncio
import json
import os
import re
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

READY = re.compile(r"(WebDriver BiDi listening on )(ws://\S+)")
UNKNOWN = "unknown command"


async def main(executable: str, arguments: list[str]) -> int:
    """Run until Firefox ends; its exit code."""
    firefox = await asyncio.create_subprocess_exec(executable, *arguments, stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        text = line.decode(errors="replace").rstrip()
        ready = READY.search(text)
        if ready:
            server = await serve(relay_to(ready[2]), "127.0.0.1", 0, max_size=None)
            port = server.sockets[0].getsockname()[1]
            text = f"{ready[1]}ws://127.0.0.1:{port}"
        print(text, file=sys.stderr, flush=True)
    return await firefox.wait()


def relay_to(address: str):
    """A handler that passes everything on, both ways."""

    async def relay(playwright: ServerConnection) -> None:
        async with connect(address + playwright.request.path, max_size=None) as firefox:
            back = asyncio.create_task(answers(firefox, playwright))
            async for message in playwright:
                await firefox.send(message)
            back.cancel()

    return relay


async def answers(firefox, playwright: ServerConnection) -> None:
    async for message in firefox:
        if UNKNOWN in message:
            said = json.loads(message)
            if said.get("error") == UNKNOWN:
                message = json.dumps({"type": "success", "id": said["id"], "result": {}})
        await playwright.send(message)
    await playwright.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(os.environ["REAL_FIREFOX"], sys.argv[1:])))
