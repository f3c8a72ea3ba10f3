"""How the face workers are doing: who lives, what each can take, how many people wait."""

import time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.console import access
from cms.durations import duration
from cms.todo import Figure
from proctoring.client import workers_now
from proctoring.errors import FaceBusy
from proctoring.rules import ProctoringRules
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for


@access.console_view(*access.READERS)
def index(request: TenantRequest) -> HttpResponse:
    """Figures of the workers themselves, at most a second old; nothing here names a person."""
    most = rules_for(ProctoringRules, at=now()).slots_per_worker
    try:
        told, waiting = workers_now()
        away = False
    except FaceBusy:
        told, waiting, away = [], 0, True
    workers = [_row(one, most) for one in told]
    taken, slots = sum(one["taken"] for one in workers), sum(one["slots"] for one in workers)
    context = {
        "title": _("Face recognition"),
        "workers": workers,
        "away": away,
        "figures": [
            Figure(_("Workers"), str(len(workers)), _("one a core")),
            Figure(_("Checks now"), f"{taken} / {slots}", _("now / at most")),
            Figure(_("People waiting"), str(waiting), _("see their place")),
        ],
    }
    return render(request, "console/faces.html", context)


def _row(told: dict[str, str], most: int) -> dict[str, Any]:
    """One worker's figures as the table shows them; a worker of an older release leaves some out."""
    number = {key: float(value) for key, value in told.items() if key not in ("name", "engine")}
    return {
        "name": told["name"],
        "engine": told.get("engine", "—"),
        "slots": min(most, int(number.get("slots", most))),
        "taken": int(number["taken"]),
        "busy": round(100 * number.get("busy", 0)),
        "frame_ms": number.get("frame_ms", 0),
        "frames": f"{int(number.get('frames', 0)):,}",
        "snapshots": f"{int(number.get('snapshots', 0)):,}",
        "stills": f"{int(number.get('stills', 0)):,}",
        "stale": f"{int(number.get('stale', 0)):,}",
        "failed": int(number.get("failed", 0)),
        "memory_mb": int(number.get("memory_mb", 0)),
        "up": duration(int(1000 * (time.time() - number["started_at"]))) if "started_at" in number else "—",
    }
