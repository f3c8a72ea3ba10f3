"""The base of all websocket consumers: who, where and from which page, before the first message."""

import json
from collections.abc import Callable
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import close_old_connections
from django_tenants.utils import tenant_context

from tenants.busy import NO_DATABASE
from tenants.errors import DomainError
from tenants.handshake import Refused, shake_hands
from tenants.models import Institution
from tenants.scopes import institution_scope, province_scope

log = structlog.get_logger(__name__)

CLOSE_TRY_AGAIN = 1013
# Close codes of ours (4000–4999 are free for applications).
CLOSE_REFUSED = 4403
CLOSE_UNKNOWN = 4404
CLOSE_ABUSE = 4429

encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode  # made once: `json.dumps` makes it each time


def run_in_tenant(tenant: Institution, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run ORM code in one thread, in the tenant's schema and scope; the connection goes back to the pool."""
    try:
        with tenant_context(tenant), province_scope() if tenant.is_association else institution_scope(tenant):
            return function(*args, **kwargs)
    finally:
        close_old_connections()


class TenantConsumer(AsyncWebsocketConsumer):
    """Refuses a socket whose Host has no tenant, whose Origin is another host, or whose session is not this host's.

    `self.tenant` and `self.user` are set before `opened()` runs. On the event loop the connection's schema is
    always public, so every ORM call goes through `self.db`.
    """

    tenant: Institution
    user: Any

    async def connect(self) -> None:
        try:
            hand = await sync_to_async(shake_hands, thread_sensitive=False)(self.scope)
            self.tenant, self.user = hand.tenant, hand.user
            self.scope["tenant"] = hand.tenant
            await self.opened()
        except Refused as refused:
            await self.refuse(refused.code)
        except DomainError as error:
            await self.refuse(error.code, error.message)
        except NO_DATABASE as error:  # say nothing final: the page comes again by itself
            log.warning("handshake.no_database", error=type(error.__cause__ or error).__name__)
            await self.close(CLOSE_TRY_AGAIN)

    async def opened(self) -> None:
        """Accept the socket or raise a DomainError."""
        await self.accept()

    async def refuse(self, code: str, message: str = "", close_code: int = CLOSE_REFUSED) -> None:
        """Say why in words of the protocol, then close: a bare 403 would tell the page nothing."""
        await self.accept()
        await self.send_json({"type": "error", "code": code, "message": message})
        await self.close(close_code)

    async def db(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run one synchronous function with all its ORM calls in the tenant's context."""
        return await sync_to_async(run_in_tenant, thread_sensitive=False)(self.tenant, function, *args, **kwargs)

    async def send_json(self, content: dict[str, Any]) -> None:
        await self.send(text_data=encode(content))


class RefuseUnknownPaths:
    """Answer 403 to a socket path that does not exist, instead of a traceback in the log."""

    def __init__(self, router: Any) -> None:
        self.router = router

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        try:
            return await self.router(scope, receive, send)
        except ValueError as error:
            if "No route found" not in str(error):
                raise
            await receive()
            await send({"type": "websocket.close", "code": CLOSE_UNKNOWN})
            return None
