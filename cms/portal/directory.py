"""培训机构查询: which institutions train, for what, where. Read from the shared tables, never from the schemas."""

from dataclasses import dataclass

from django.db.models import QuerySet

from cms.queries import site_url
from learning.models import Position
from tenants.models import Institution, State
from tenants.requests import TenantRequest

# A closed institution has no site and takes nobody any more: the list is of those one can go to, or wait for.
LISTED = (State.APPROVED, State.SUSPENDED)


@dataclass(frozen=True)
class Wish:
    """What somebody looks for; an empty text is no condition. `position` is a code."""

    region: str = ""
    position: str = ""
    state: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.region or self.position or self.state)


@dataclass(frozen=True)
class Choices:
    """What can be chosen: regions that occur, positions as (code, name)."""

    regions: list[str]
    positions: list[tuple[str, str]]


@dataclass(frozen=True)
class Card:
    """One institution as the portal shows it. `url` is empty while its site is not open."""

    institution: Institution
    positions: list[str]
    url: str

    @property
    def is_training(self) -> bool:
        return self.institution.is_live


def listed() -> QuerySet[Institution]:
    return Institution.objects.training().filter(state__in=LISTED)


def choices() -> Choices:
    regions = listed().exclude(region="").order_by("region").values_list("region", flat=True).distinct()
    return Choices(list(regions), list(Position.objects.values_list("code", "name")))


def wish_of(request: TenantRequest, given: Choices) -> Wish:
    """The conditions of the address; what does not exist is no condition."""
    asked = request.GET
    region, position, state = (asked.get(name, "") for name in ("region", "position", "state"))
    return Wish(
        region if region in given.regions else "",
        position if position in dict(given.positions) else "",
        state if state in LISTED else "",
    )


def find(wish: Wish) -> QuerySet[Institution]:
    """Those that train first, then by region and name."""
    rows = listed().prefetch_related("domains").order_by("state", "region", "name")
    if wish.region:
        rows = rows.filter(region=wish.region)
    if wish.position:
        rows = rows.filter(position_codes__contains=[wish.position])
    return rows.filter(state=wish.state) if wish.state else rows


def card_of(request: TenantRequest, institution: Institution, names: dict[str, str]) -> Card:
    """`names`: code → name of each position. `institution` comes with its domains."""
    positions = [names.get(code, code) for code in institution.position_codes]
    is_open = institution.is_live and institution.host
    return Card(institution, positions, site_url(request, institution.host) if is_open else "")
