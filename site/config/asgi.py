"""Pages through Django; sockets by path.

Either half may live in processes of its own, `ZHUXUE_SERVE=http|sockets|all`: a page that is being made holds up
every socket of its process, so in production no process has both.
"""

import gc
import os
from importlib import import_module
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from channels.routing import ProtocolTypeRouter, URLRouter

django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402

from learning.routing import websocket_urlpatterns as study  # noqa: E402
from proctoring.routing import websocket_urlpatterns as camera  # noqa: E402
from tenants.consumers import RefuseUnknownPaths  # noqa: E402

SERVE = os.environ.get("ZHUXUE_SERVE", "all")


def pages() -> Any:
    """Django with its middleware; imported only where pages are served."""
    from django.core.asgi import get_asgi_application

    for urls in (settings.ROOT_URLCONF, settings.PORTAL_URLCONF):
        import_module(urls)  # now, so that a process that takes connections answers them at once
    return get_asgi_application()


async def sockets_only(scope: Any, receive: Any, send: Any) -> None:
    """Whoever asks a process of sockets for a page: no view and no middleware is even loaded here."""
    headers = [(b"upgrade", b"websocket"), (b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 426, "headers": headers})
    await send({"type": "http.response.body", "body": b"Websockets only.\n"})


application = ProtocolTypeRouter(
    {
        "http": sockets_only if SERVE == "sockets" else pages(),
        "websocket": RefuseUnknownPaths(URLRouter([] if SERVE == "http" else [*camera, *study])),
    }
)

# Long-lived objects out of the collector's way: it would cost half of the sockets' ceiling.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 1_000)
