"""The sealer: each minute over what is recent, each hour over everything; the head goes to a file and to the log."""

from django.utils.timezone import now

from tenants.audit.heads import export_head
from tenants.audit.services import seal_entries
from tenants.tasks import tenant_task

LIMIT = 5000


@tenant_task(name="tenants.audit.tasks.seal")
def seal(everything: bool = False) -> None:
    total, last = 0, LIMIT
    while last == LIMIT:
        last = seal_entries(at=now(), limit=LIMIT, recent=not everything)
        total += last
    if total:
        export_head(at=now())
