"""All lists that may be taken away, by the place that shows them."""

from collections.abc import Iterable, Mapping
from functools import cache

from django.utils.module_loading import autodiscover_modules

from tenants.exports.lists import ListExport
from tenants.models import Institution

CONSOLE: dict[str, ListExport] = {}
DESK: dict[str, ListExport] = {}


def register(place: dict[str, ListExport], exports: Iterable[ListExport]) -> None:
    """A room's `exports.py` gives its lists to `CONSOLE` or `DESK`."""
    for export in exports:
        assert export.name not in place, export.name
        place[export.name] = export


@cache
def _discover() -> None:
    """Import the rooms' `exports.py`, once and not before somebody asks: they import views, which stand above."""
    autodiscover_modules("exports")


def lists_at(institution: Institution) -> Mapping[str, ListExport]:
    """Name → list, of the console or of the desks."""
    _discover()
    return CONSOLE if institution.is_association else DESK
