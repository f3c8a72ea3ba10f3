"""Alibaba Cloud SMS. Reviewed templates with named variables; credentials by the SDK's own environment chain."""

import json
import os
from typing import Any

from django.conf import settings

from tenants.messages.gateways.errors import TransportError
from tenants.messages.templates import variables_of

# Refusals that may pass by themselves; every other one needs a person (number, template, signature).
PASSING = {
    "isv.BUSINESS_LIMIT_CONTROL",
    "isv.DAY_LIMIT_CONTROL",
    "isv.AMOUNT_NOT_ENOUGH",
    "isp.SYSTEM_ERROR",
    "Throttling.User",
}


class AliyunGateway:
    """`client` speaks to the service; `settings.SMS_TEMPLATES` maps our template names to the reviewed codes."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def send(self, *, phone: str, text: str, template: str) -> str:
        request = request_of(phone=phone, text=text, template=template)
        try:
            body = self.client.send_sms(request).body
        except Exception as error:  # the SDK raises many kinds; after a lost answer it may have been sent
            raise _lost(error) from None  # its message holds the address with the phone in it
        if body.code != "OK":
            raise TransportError(str(body.code), permanent=body.code not in PASSING)
        return str(body.biz_id)


def request_of(*, phone: str, text: str, template: str) -> Any:
    """The SDK's request of one message. Raises `TransportError` where the template has no reviewed code."""
    from alibabacloud_dysmsapi20170525.models import SendSmsRequest

    if template not in settings.SMS_TEMPLATES:
        raise TransportError(f"no reviewed code for {template}", permanent=True)
    return SendSmsRequest(
        phone_numbers=phone,
        sign_name=settings.SMS_SIGNATURE,
        template_code=settings.SMS_TEMPLATES[template],
        template_param=json.dumps(variables_of(template, text), ensure_ascii=False),
    )


def _lost(error: Exception) -> TransportError:
    """A refusal that the SDK raises names its code; anything else may have happened after the message left."""
    code = str(getattr(error, "code", "") or "")
    if code.startswith(("isv.", "isp.", "Throttling", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden")):
        return TransportError(code, permanent=code not in PASSING)
    return TransportError(type(error).__name__, unknown=True)


def connect() -> AliyunGateway:
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_tea_openapi.models import Config

    return AliyunGateway(
        Client(
            Config(
                access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
                access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
                endpoint="dysmsapi.aliyuncs.com",
            )
        )
    )
