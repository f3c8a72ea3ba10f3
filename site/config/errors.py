"""Error pages and error reports without personal data, also where ZHUXUE_DEBUG shows them in the browser."""

import re
from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from tenants.masking import redacted


class PrivateReporterFilter(SafeExceptionReporterFilter):
    """Hides what is posted and what local variables hold, with DEBUG too (Django's own stops there)."""

    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern + "|DATA_KEYS|INDEX|DATABASE|REDIS|BROKER|LOCATION|HOSTS",
        flags=re.IGNORECASE,
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> ItemsView[str, Any]:
        return {name: f"({type(value).__name__})" for name, value in tb_frame.f_locals.items()}.items()


class PrivateReporter(ExceptionReporter):
    """The report as Django writes it, with every number of a person taken out of the finished text."""

    def get_traceback_data(self) -> dict[str, Any]:
        """Cookies and the query string hold sessions, tokens and what people searched for."""
        data = super().get_traceback_data()
        data["request_COOKIES_items"] = data["request_GET_items"] = []
        if "request_meta" in data:
            shown = {"REQUEST_METHOD", "PATH_INFO", "HTTP_HOST", "CONTENT_TYPE", "CONTENT_LENGTH"}
            data["request_meta"] = {key: value for key, value in data["request_meta"].items() if key in shown}
        if self.request is not None:
            data["request_insecure_uri"] = f"{self.request.method} {self.request.path}"
        return data

    def get_traceback_html(self) -> SafeString:
        return SafeString(redacted(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        return SafeString(redacted(super().get_traceback_text()))
