"""Builds the template database named by DATABASE_URL: all migrations, the association, two institutions.

Run as a program (`python -m tests.support.template`), so that the test process never holds a connection to it.
"""

from __future__ import annotations

from datetime import UTC, datetime

OPENED_AT = datetime(2026, 1, 4, 1, 0, tzinfo=UTC)


def build() -> None:
    from django.core.management import call_command

    from tenants.models import Kind
    from tenants.services import open_institution

    call_command("prepare_database", verbosity=0)
    open_institution(
        schema_name="association",
        code="gdjxjy",
        name="广东建设教育协会",
        short_name="广东建教",
        kind=Kind.ASSOCIATION,
        hosts=["localhost", "association.test"],
        brand_main="#1d4f8b",
        brand_accent="#b3261e",
        by=None,
        at=OPENED_AT,
    )
    open_institution(
        schema_name="lingzhu",
        code="lingzhu",
        name="岭筑建筑培训学校",
        short_name="岭筑培训",
        hosts=["lingzhu.test", "lingzhu.localhost"],
        brand_main="#0b6b4f",
        brand_accent="#b3541e",
        phone="020-83330001",
        position_codes=["101", "106"],
        by=None,
        at=OPENED_AT,
    )
    open_institution(
        schema_name="jiangxin",
        code="jiangxin",
        name="匠心职业培训中心",
        short_name="匠心培训",
        hosts=["jiangxin.test", "jiangxin.localhost"],
        brand_main="#7a1f2b",
        brand_accent="#1f5a7a",
        phone="0755-83330002",
        position_codes=["101"],
        by=None,
        at=OPENED_AT,
    )


if __name__ == "__main__":
    import django

    django.setup()
    build()
