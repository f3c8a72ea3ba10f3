"""Alibaba Cloud SMS. Reviewed templates with named variables; credentials by the SDK's own environment chain."""

import json
import os
import string

from django.conf import settings

from tenants.messages.gateways.errors import TransportError
from tenants.messages.templates import TEMPLATES


class AliyunGateway:
    """`ZHUXUE_SMS_TEMPLATES` maps our template names to the reviewed codes: `code=SMS_1 hours_approved=SMS_2 …`."""

    def __init__(self) -> None:
        from alibabacloud_dysmsapi20170525.client import Client
        from alibabacloud_tea_openapi.models import Config

        self.client = Client(
            Config(
                access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
                access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
                endpoint="dysmsapi.aliyuncs.com",
            )
        )
        self.codes = dict(pair.split("=", 1) for pair in os.environ["ZHUXUE_SMS_TEMPLATES"].split())

    def send(self, *, phone: str, text: str, template: str) -> str:
        from alibabacloud_dysmsapi20170525.models import SendSmsRequest

        request = SendSmsRequest(
            phone_numbers=phone,
            sign_name=settings.SMS_SIGNATURE,
            template_code=self.codes[template],
            template_param=json.dumps(variables_of(template, text), ensure_ascii=False),
        )
        try:
            body = self.client.send_sms(request).body
        except Exception as error:  # the SDK raises many kinds; after a lost answer it may have been sent
            raise TransportError(type(error).__name__, permanent=True) from error
        if body.code != "OK":
            raise TransportError(f"{body.code}: {body.message}", permanent=body.code != "isv.BUSINESS_LIMIT_CONTROL")
        return body.biz_id


def variables_of(template: str, text: str) -> dict[str, str]:
    """Read the named variables back out of a rendered text (only the encrypted text is stored)."""
    values, rest = {}, text
    parts = list(string.Formatter().parse(TEMPLATES[template].text))
    for index, (literal, name, _spec, _conversion) in enumerate(parts):
        rest = rest[len(literal) :]
        if name:
            following = parts[index + 1][0] if index + 1 < len(parts) else ""
            value, _found, _after = rest.partition(following) if following else (rest, "", "")
            values[name], rest = value, rest[len(value) :]
    return values


def connect() -> AliyunGateway:
    return AliyunGateway()
