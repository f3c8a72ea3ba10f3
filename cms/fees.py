"""The fees of an institution as its newest published fee notice says them; read in the institution's own schema."""

from dataclasses import dataclass
from decimal import Decimal

from django_tenants.utils import tenant_context

from cms.models import FeeRow
from tenants.models import Institution


@dataclass(frozen=True)
class Fees:
    """In yuan, and title and date of the notice; all empty where no notice names the position."""

    training: Decimal = Decimal(0)
    textbook: Decimal = Decimal(0)
    notice: str = ""

    @property
    def total(self) -> Decimal:
        return self.training + self.textbook


def fee_row_of(position_code: str) -> FeeRow | None:
    """The line of the newest published fee notice that names this position, in the schema in force."""
    rows = FeeRow.objects.filter(page__live=True).select_related("page")
    for row in rows.order_by("-page__published_on", "sort_order"):
        if position_code in row.positions.replace(" ", "").split(","):
            return row
    return None


def notice_of(position_code: str) -> str:
    """Title and date of the fee notice that names this position; empty without one."""
    row = fee_row_of(position_code)
    return f"{row.page.title[:180]} ({row.page.published_on:%Y-%m-%d})" if row else ""


def fees_at(institution: Institution, position_code: str) -> Fees:
    """What `institution` asks for this position now, from wherever it is asked."""
    with tenant_context(institution):
        row = fee_row_of(position_code)
        return Fees(row.training_fee, row.textbook_fee, notice_of(position_code)) if row else Fees()
