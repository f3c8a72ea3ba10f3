"""What the portal's look-ups show: appraisals and experts, entered through the services."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.support import people

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def make_appraisal(number: str = "JD2026-0001", name: str = "陈志强", **more: Any) -> Any:
    """A passed appraisal of a steel fixer, unless `more` says otherwise."""
    from certs.appraisals import AppraisalFacts
    from certs.services import add_appraisal

    given = {
        "id_number": people.id_number(901), "occupation": "钢筋工", "level": "4", "site": "岭筑鉴定点",
        "region": "广州", "appraised_on": date(2026, 2, 1), "result": "passed",
    }  # fmt: skip
    return add_appraisal(AppraisalFacts(number=number, name=name, **(given | more)), by=None, at=AT)


def make_expert(name: str = "冼砚舟", **more: Any) -> Any:
    """An expert of underground works in Guangzhou, unless `more` says otherwise."""
    from cms.portal.services import ExpertFacts, add_expert

    given = {"field": "岩土与地下工程", "title": "正高级工程师", "region": "广州"}
    return add_expert(ExpertFacts(name=name, **(given | more)), by=None, at=AT)
