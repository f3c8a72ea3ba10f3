"""建设行业专家库: the public side. Only name, field, title and region are ever read here."""

from dataclasses import dataclass

from django.db.models import QuerySet

from cms.portal.models import Expert
from tenants.requests import TenantRequest

NAME_MAX = 20
FILTERS = ("field", "title", "region")


@dataclass(frozen=True)
class ExpertWish:
    """What somebody looks for; an empty text is no condition. `name` may be a part of one."""

    field: str = ""
    title: str = ""
    region: str = ""
    name: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.field or self.title or self.region or self.name)


def choices() -> dict[str, list[str]]:
    """Filter → the values that occur among the listed, in one query."""
    found = list(Expert.objects.listed().order_by().values_list(*FILTERS).distinct())
    return {name: sorted({row[place] for row in found}) for place, name in enumerate(FILTERS)}


def wish_of(request: TenantRequest, given: dict[str, list[str]]) -> ExpertWish:
    """The conditions of the address; what does not exist is no condition."""
    chosen = {name: request.GET.get(name, "") for name in FILTERS}
    known = {name: value if value in given[name] else "" for name, value in chosen.items()}
    return ExpertWish(**known, name=request.GET.get("name", "").strip()[:NAME_MAX].replace("\x00", ""))


def find(wish: ExpertWish) -> QuerySet[Expert]:
    """Listed experts with nothing but their public fields loaded."""
    rows = Expert.objects.listed().only("pk", "name", "field", "title", "region")
    wanted = {name: getattr(wish, name) for name in FILTERS if getattr(wish, name)}
    rows = rows.filter(**wanted)
    return rows.filter(name__icontains=wish.name) if wish.name else rows
