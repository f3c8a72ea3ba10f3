"""What the registers of the demo's association hold: experts and appraisals. All of it is invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from certs.appraisals import AppraisalFacts
from certs.models import AppraisalResult
from certs.services import add_appraisal
from cms.portal.services import ExpertFacts, add_expert
from demo import cast
from tenants.accounts.models import User

MORE_EXPERTS = [
    ("容启蒙", "施工临时用电与消防", "正高级工程师", "广州"),
    ("佘秉文", "工程造价与合同管理", "高级工程师", "惠州"),
    ("骆霁川", "建筑机电安装", "正高级工程师", "深圳"),
    ("卓闻笛", "装饰装修与幕墙", "高级工程师", "广州"),
    ("简予白", "劳务实名制与工资支付", "高级经济师", "佛山"),
    ("区见微", "工程质量检测", "教授级高级工程师", "广州"),
]
LEVELS = {"初级": "5", "中级": "4", "高级": "3"}
HOLDERS = ("梁泊远", "黎知夏", "冯砚秋", "邓闻溪")  # of each batch; invented like the experts
PASSED_OF_BATCH = 3


def add_experts(about: dict, at: datetime, by: User) -> None:
    """The experts of the demo's data and a few more, so that the filters have something to do."""
    known = [(row["name"], row["field"], row["title"], row["region"]) for row in about["experts"]]
    for name, field, title, region in (*known, *MORE_EXPERTS):
        add_expert(ExpertFacts(name=name, field=field, title=title, region=region), by=by, at=at)


def add_appraisals(about: dict, at: datetime, by: User) -> None:
    """Four people of each batch; what is not marked yet says so."""
    today = localdate(at)
    for batch, row in enumerate(about["appraisals"], 1):
        for place, name in enumerate(HOLDERS, 1):
            number = 700 + 10 * batch + place
            marked = row["passed"] is not None
            result = AppraisalResult.PASSED if place <= PASSED_OF_BATCH else AppraisalResult.FAILED
            facts = AppraisalFacts(
                number=f"JD{today.year}-{batch:02d}-{place:04d}",
                name=name,
                id_number=cast.id_number(number, "440106", f"19{70 + place}0{batch}1{place}", female=place % 2 == 0),
                occupation=row["occupation"],
                level=LEVELS[row["level"]],
                site=row["site"],
                region=row["city"],
                appraised_on=today + timedelta(days=row["exam_offset_days"]),
                result=result if marked else AppraisalResult.PENDING,
            )
            add_appraisal(facts, by=by, at=at)
