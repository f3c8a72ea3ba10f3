"""The register of post certificates and the world around a sheet, for tests of imports: written in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from tests.support import people
from tests.support.certified import publish_rules
from tests.support.study import make_position

AT = datetime(2026, 3, 3, 2, tzinfo=UTC)  # a morning in Beijing


def open_province(institution: Any, *, years: tuple[int, ...] = (2026,)) -> Any:
    """Rules whose renewal is open, an institution approved for all positions, a published plan; the position 101."""
    from learning.services import create_plan
    from tenants.models import Institution

    publish_rules(closes_on="2099-12-31")
    Institution.objects.filter(pk=institution.pk).update(position_codes=[])
    institution.position_codes = []
    position = make_position()
    for code, name in (("102", "装饰装修施工员"), ("103", "设备安装施工员"), ("111", "材料员")):
        make_position(code, name)
    for year in years:
        plan = create_plan(position, year, [], by=None, at=people.BEFORE)
        plan.published_at = people.BEFORE
        plan.save()
    return position


def register(entries: Iterable[tuple[str, str, date, str]], position: Any, *, start: int = 0) -> None:
    """Post certificates for (ID number, name, day of issue, state); the number is that of the row."""
    from learning.models import PostCertificate
    from tenants.accounts.models import number_index

    made = []
    for place, (number, name, issued_on, state) in enumerate(entries, start + 1):
        row = PostCertificate(
            number=f"粤建岗{place:07d}", holder_name=name, position=position, issued_on=issued_on, state=state
        )
        row.holder_id_number, row.holder_id_index = number, number_index(number)
        made.append(row)
    PostCertificate.objects.bulk_create(made, batch_size=1000)


def make_class(institution: Any, name: str, *, number: str = "", capacity: int = 0, year: int = 2026) -> Any:
    from learning.models import TrainingClass

    return TrainingClass.objects.create(
        institution=institution, name=name, number=number, year=year, capacity=capacity,
        starts_on=date(year, 1, 1), ends_on=date(year, 12, 31),
    )  # fmt: skip
