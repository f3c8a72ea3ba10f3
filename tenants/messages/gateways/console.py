"""The demo's gateway: the message stays in the outbox, where the console shows it."""

import structlog

from tenants.masking import mask_phone_number

log = structlog.get_logger(__name__)


class ConsoleGateway:
    """Logs that a message left, to a masked number, without its text."""

    def send(self, *, phone: str, text: str, template: str) -> str:
        log.info("sms_sent", to=mask_phone_number(phone), template=template, length=len(text))
        return "console"


def connect() -> ConsoleGateway:
    return ConsoleGateway()
