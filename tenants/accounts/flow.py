"""What a visitor has given so far in a flow of several pages (registration, forgotten password).

It lies in the session, sealed, because sessions are stored in the clear, and is forgotten after `flow_valid_s`.
"""

import base64
import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from tenants.crypto import CannotOpen, open_sealed, seal
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


def steps(titles: list[tuple[Any, Any]], current: int) -> list[dict[str, Any]]:
    """The pages of a flow for `_flow_steps.html`: title, note, which are done, which is the current one."""
    return [
        {"title": title, "note": note, "done": number < current, "current": number == current}
        for number, (title, note) in enumerate(titles)
    ]


class Flow:
    """One flow by its name: `read`, `begin`, `note`, `drop`."""

    def __init__(self, name: str) -> None:
        self.key = f"flow_{name}"
        self.aad = f"session|{name}"

    def read(self, request: HttpRequest, *, at: datetime) -> dict[str, Any]:
        """What is known so far; empty when nothing is, or too old."""
        stored = request.session.get(self.key)
        if not stored:
            return {}
        try:
            values: dict[str, Any] = json.loads(open_sealed(base64.b64decode(stored), self.aad))
        except (CannotOpen, ValueError):
            return {}
        age = at.timestamp() - values["begun_at"]
        return values if 0 <= age <= rules_for(PeopleRules, at=at).flow_valid_s else {}

    def begin(self, request: HttpRequest, *, at: datetime, **values: Any) -> None:
        """Start anew with these values; the time runs from here."""
        self._write(request, {"begun_at": at.timestamp()} | values)

    def note(self, request: HttpRequest, *, at: datetime, **values: Any) -> None:
        """Add to what is known."""
        self._write(request, self.read(request, at=at) | values)

    def drop(self, request: HttpRequest) -> None:
        request.session.pop(self.key, None)

    def _write(self, request: HttpRequest, values: dict[str, Any]) -> None:
        sealed = seal(json.dumps(values).encode(), self.aad)
        request.session[self.key] = base64.b64encode(sealed).decode()
