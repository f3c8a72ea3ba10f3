"""What a position costs on a day, by the institution's published fee notices."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django_tenants.utils import tenant_context

from cms.models.fees import FeeNoticePage, FeeRow
from tenants.models import Institution


@dataclass(frozen=True)
class Fees:
    """Yuan for a person and a year, and the notice they are from."""

    training: Decimal
    textbook: Decimal
    title: str
    published_on: date
    legal_basis: str = ""
    slug: str = ""

    @property
    def total(self) -> Decimal:
        return self.training + self.textbook

    @property
    def notice(self) -> str:
        """Title and date, as an enrolment keeps them."""
        return f"{self.title[:180]} ({self.published_on:%Y-%m-%d})"


def fees_in_force(position_code: str, on: date) -> Fees | None:
    """Fees of one position on a day; None where no published notice names it then. One query."""
    return fees_of_all([position_code], on).get(position_code)


def fees_at(institution: Institution, position_code: str, on: date) -> Fees | None:
    """What `institution` asks for this position on a day, from wherever it is asked."""
    with tenant_context(institution):
        return fees_in_force(position_code, on)


def fees_of_all(position_codes: Collection[str], on: date) -> dict[str, Fees]:
    """The same of several positions, by code; one query."""
    found: dict[str, Fees] = {}
    rows = FeeRow.objects.filter(page__live=True, page__valid_from__lte=on).filter(_not_over(on, "page__"))
    for row in rows.select_related("page").order_by("-page__valid_from", "-page", "sort_order"):
        page = row.page
        for code in row.codes:
            if code in position_codes and code not in found:
                found[code] = Fees(
                    row.training_fee, row.textbook_fee, page.title, page.published_on, page.legal_basis, page.slug
                )
    return found


def notices_in_force(on: date) -> QuerySet[FeeNoticePage]:
    """Published notices that hold on a day, with their lines; several where each is for other positions."""
    pages = FeeNoticePage.objects.live().filter(_not_over(on), valid_from__lte=on)
    return pages.order_by("valid_from", "pk").prefetch_related("rows")


def _not_over(on: date, path: str = "") -> Q:
    return Q(**{f"{path}valid_to": None}) | Q(**{f"{path}valid_to__gte": on})
