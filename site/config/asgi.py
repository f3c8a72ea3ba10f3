"""HTTP through Django; sockets by path.

Either half may live in processes of its own: `ZHUXUE_SERVE=http|sockets|all`.
"""

import gc
import os
from importlib import import_module
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

http = get_asgi_application()

from django.conf import settings  # noqa: E402

from learning.routing import websocket_urlpatterns as study  # noqa: E402
from proctoring.routing import websocket_urlpatterns as camera  # noqa: E402
from tenants.consumers import RefuseUnknownPaths  # noqa: E402

SERVE = os.environ.get("ZHUXUE_SERVE", "all")
protocols: dict[str, Any] = {}
if SERVE in {"http", "all"}:
    protocols["http"] = http
    for urls in (settings.ROOT_URLCONF, settings.PORTAL_URLCONF):
        import_module(urls)  # now, so that a process that takes connections answers them at once
if SERVE in {"sockets", "all"}:
    protocols["websocket"] = RefuseUnknownPaths(URLRouter([*camera, *study]))

application = ProtocolTypeRouter(protocols)

# Long-lived objects out of the collector's way: it would cost half of the sockets' ceiling.
gc.freeze()
gc.set_threshold(50_000, 20, 1_000)
