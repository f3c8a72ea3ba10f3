"""SMS gateways: one module each, `send` and `TransportError`."""

from functools import cache
from importlib import import_module
from typing import Protocol

from django.conf import settings

from tenants.messages.gateways.errors import TransportError

__all__ = ["Gateway", "TransportError", "gateway"]


class Gateway(Protocol):
    def send(self, *, phone: str, text: str, template: str) -> str:
        """Hand one message over; returns the gateway's reference. Raises `TransportError`."""


@cache
def gateway() -> Gateway:
    """The configured gateway; its SDK is imported only when it is used."""
    return import_module(f"tenants.messages.gateways.{settings.SMS_GATEWAY}").connect()
