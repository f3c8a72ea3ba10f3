"""One more new trainee, enrolled at the counter like everybody, so that the journey can be walked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from demo import build, cast, stages
from learning.demo_database import require_demo_database
from learning.models import PostCertificate
from tenants.accounts.models import User
from tenants.accounts.services import pre_register
from tenants.models import Institution

POSITION = "113"  # 劳务员: three lessons, about two minutes
FIRST_NUMBER = 5000
SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢郭洪曾邱廖赖周"
GIVEN = ("志明", "建华", "国强", "伟平", "俊杰", "永辉", "海涛", "文斌", "家豪", "振宇", "立新", "晓东")


@dataclass(frozen=True)
class Newcomer:
    name: str
    id_number: str
    phone: str
    certificate: str


def add_newcomer(institution: Institution, *, at: datetime) -> Newcomer:
    """Register, enrol and admit one invented person at `institution`. Raises `NotADemo`."""
    require_demo_database()
    number = FIRST_NUMBER + PostCertificate.objects.filter(number__startswith="粤建岗").count()
    rng = Random(number)
    name = rng.choice(SURNAMES) + rng.choice(GIVEN)
    born = f"{rng.randint(1970, 1996)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    id_number = cast.id_number(number % 500, "440106", born, female=False)
    if User.objects.by_id_number(id_number):
        raise LookupError("this invented person exists already")
    office = build.office(institution.schema_name, at)
    phone = cast.phone(number)
    with stages.at_work(institution):
        user = pre_register(
            id_number=id_number, name=name, phone=phone, by=office.registrar, institution=institution, at=at
        )  # fmt: skip
        certificate = stages.certificate_number(POSITION, number)
        stages.enrol(user, POSITION, certificate, office, at)
    return Newcomer(name, id_number, phone, certificate)
