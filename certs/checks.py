"""What must be there before the process starts."""

from pathlib import Path

from django.conf import settings
from django.core.checks import Error, register

MISSING = "ZHUXUE_CERT_SIGNING_P12 names no PKCS #12 file with the key that signs certificates."


@register()
def signing_key_is_there(app_configs: object, **kwargs: object) -> list[Error]:
    """Production does not start without its own key."""
    if settings.IS_DEMO or Path(settings.CERT_SIGNING_P12 or "missing").is_file():
        return []
    return [Error(MISSING, id="certs.E001")]
