"""The head of the chain, written where the database's administrator does not write: a file, and the log.

Each line of the file is `time number hash`; copy it (or ship the log) to another machine.
"""

import os
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings

from tenants.audit.models import Seal

log = structlog.get_logger(__name__)


def export_head(*, at: datetime) -> str:
    """Append the present head and log it; returns `number hash`, or nothing where nothing is sealed."""
    last = Seal.objects.order_by("-id").first()
    if last is None:
        return ""
    head = f"{last.pk} {last.hash}"
    path = Path(settings.AUDIT_HEADS)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"{at.isoformat(timespec='seconds')} {head}\n")
    log.info("audit_head", head=head)
    return head


def exported_heads(path: str | Path) -> list[str]:
    """`number hash` of every line of an exported file; none where there is no file."""
    path = Path(path)
    if not path.exists():
        return []
    return [line.split(" ", 1)[1] for line in path.read_text().splitlines() if line.count(" ") == 2]
