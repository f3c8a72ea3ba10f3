"""One certificate, one number, however it is printed, typed or sent in a sheet."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from learning.certificate_numbers import certificate_key
from learning.models import PostCertificate
from learning.register_errors import CannotChangeRegister
from learning.services.register import register_post_certificate
from tests.support import people
from tests.support.register import AT
from tests.support.study import make_position

SPELLINGS = [
    "粤建岗(2017)-001a",
    "粤建岗（2017）001A",
    "粤建岗 （2017） — 001Ａ",
    "\u200b粤建岗（２０１７）－００１a",
    "粤建岗（2017）–001A",
]


def test_width_marks_spaces_dashes_and_case_do_not_count() -> None:
    assert {certificate_key(one) for one in SPELLINGS} == {"粤建岗(2017)001A"}
    assert certificate_key("粤建岗(2017)002") != certificate_key("粤建岗(2017)001")
    assert certificate_key(" －—-") == ""


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", SPELLINGS[1:])
def test_the_register_takes_a_certificate_once(spelling: str, association: Any) -> None:
    clerk, holder, position = people.make_user("何敏"), people.make_user("梁志强"), make_position()
    said = {"name": holder.name, "position": position, "issued_on": people.BEFORE.date(), "by": clerk, "at": AT}
    row = register_post_certificate(number=SPELLINGS[0], id_number=holder.id_number, **said)
    assert row.number == SPELLINGS[0]  # as it is printed
    with pytest.raises(CannotChangeRegister) as refused:
        register_post_certificate(number=spelling, id_number=holder.id_number, **said)
    assert refused.value.code == "register.number_taken"


@pytest.mark.django_db
def test_the_migration_fills_the_keys_and_says_which_rows_are_one(association: Any) -> None:
    from importlib import import_module

    migration = import_module("learning.migrations.0012_certificate_keys")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE learning_postcertificate ALTER COLUMN key DROP NOT NULL")
    rows = [PostCertificate(number=one, holder_name="张三", position=make_position(), issued_on=people.BEFORE.date())
            for one in ("粤建岗-1", "粤建岗-2")]  # fmt: skip
    for row in rows:
        row.holder_id_number, row.holder_id_index = "11010519491231002X", "x"
    PostCertificate.objects.bulk_create(rows)
    PostCertificate.objects.update(key=None)
    migration.fill(apps, None)
    assert set(PostCertificate.objects.values_list("key", flat=True)) == {"粤建岗1", "粤建岗2"}
    PostCertificate.objects.filter(number="粤建岗-2").update(number="粤建岗 1", key=None)
    with pytest.raises(RuntimeError, match="粤建岗 1"):
        migration.fill(apps, None)
