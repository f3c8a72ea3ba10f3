"""SMS gateways, one module each; `ZHUXUE_SMS_GATEWAY` names the module.

To add a provider: a module here with `connect()`, which returns an object with `send` (see `Gateway`). It imports the
provider's SDK inside functions, because the SDK is an optional extra; it reads its credentials from the environment;
it maps our template names to the provider's reviewed codes (`settings.SMS_TEMPLATES`) and gets the named variables back
with `templates.variables_of`; it turns every refusal into a `TransportError` that says whether it is permanent, or
whether the message may have left. It never logs a phone or a text. Then add its name to the choices in the settings.
"""

from functools import cache
from importlib import import_module
from typing import Protocol

from django.conf import settings

from tenants.messages.gateways.errors import TransportError

__all__ = ["Gateway", "TransportError", "gateway"]


class Gateway(Protocol):
    def send(self, *, phone: str, text: str, template: str) -> str:
        """Hand one message over, once; returns the gateway's reference. Raises `TransportError`."""


@cache
def gateway() -> Gateway:
    """The configured gateway; its SDK is imported only when it is used."""
    return import_module(f"tenants.messages.gateways.{settings.SMS_GATEWAY}").connect()
