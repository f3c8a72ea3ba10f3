"""The directory of experts: entered, changed, hidden and shown again by the association."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cms.portal.models import Expert
from tenants.accounts.models import User
from tenants.accounts.rules import normalised_name
from tenants.audit.services import record
from tenants.errors import DomainError

REFUSALS = {
    "known": _("This person is in the directory already, in the same field and region."),
    "unchanged": _("Nothing has changed."),
    "state": _("Somebody else has changed this in the meantime. Nothing was changed."),
}


class CannotKeepExpert(DomainError):
    """Code `expert.<refusal>`."""

    def __init__(self, refusal: str) -> None:
        super().__init__(REFUSALS[refusal], code=f"expert.{refusal}", status=400 if refusal == "known" else 409)
        self.field = "name" if refusal == "known" else ""


@dataclass(frozen=True)
class ExpertFacts:
    """What the directory keeps of one expert. `employer` and `remark` are never public."""

    name: str
    field: str
    title: str
    region: str
    employer: str = ""
    remark: str = ""


@transaction.atomic
def add_expert(facts: ExpertFacts, *, by: User | None, at: datetime) -> Expert:
    """Enter one expert, listed at once. Raises `CannotKeepExpert`, `BadName`."""
    expert = _write(Expert(entered_at=at), facts)
    record("expert.added", actor=by, subject=expert, at=at)
    return expert


@transaction.atomic
def change_expert(expert: Expert, facts: ExpertFacts, *, by: User, at: datetime) -> Expert:
    """Correct an entry; the audit row names the fields that changed. Raises as `add_expert`."""
    found = Expert.objects.select_for_update(no_key=True).get(pk=expert.pk)
    facts = replace(facts, name=normalised_name(facts.name))
    changed = sorted(name for name, value in asdict(facts).items() if getattr(found, name) != value)
    if not changed:
        raise CannotKeepExpert("unchanged")
    _write(found, facts)
    record("expert.changed", actor=by, subject=found, at=at, fields=changed)
    return found


@transaction.atomic
def hide_expert(expert: Expert, *, by: User, at: datetime) -> Expert:
    """Take an expert out of the public directory; the entry stays for the association."""
    found = _show(expert, hidden_at=at)
    record("expert.hidden", actor=by, subject=found, at=at)
    return found


@transaction.atomic
def list_expert(expert: Expert, *, by: User, at: datetime) -> Expert:
    """Show a hidden expert again."""
    found = _show(expert, hidden_at=None)
    record("expert.listed", actor=by, subject=found, at=at)
    return found


def _show(expert: Expert, *, hidden_at: datetime | None) -> Expert:
    found = Expert.objects.select_for_update(no_key=True).get(pk=expert.pk)
    if found.is_listed == (hidden_at is None):
        raise CannotKeepExpert("state")
    found.hidden_at = hidden_at
    found.save(update_fields=["hidden_at"])
    return found


def _write(expert: Expert, facts: ExpertFacts) -> Expert:
    facts = replace(facts, name=normalised_name(facts.name))
    same = Expert.objects.filter(name=facts.name, field=facts.field, region=facts.region)
    if same.exclude(pk=expert.pk).exists():
        raise CannotKeepExpert("known")
    for name, value in asdict(facts).items():
        setattr(expert, name, value)
    expert.save()
    return expert
