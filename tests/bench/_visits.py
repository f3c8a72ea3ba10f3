"""A province with so many institutions, opened as the wizard does; then pages of them on demand.

Answers one line with the seconds of each opening, then one line with seconds for each number it is given.
"""

from __future__ import annotations

import sys
import time
from typing import Any


def main() -> None:
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    wanted = int(sys.argv[1])
    print(" ".join(f"{open_one(number):.4f}" for number in range(2, wanted)), flush=True)
    visitors = [visitors_of(institution) for institution in everybody()]
    assert len(visitors) == wanted
    for pair in visitors:  # warm: templates, connections, catalogues
        visit(pair)
    for line in sys.stdin:
        print(f"{visit(visitors[int(line) % len(visitors)]):.6f}", flush=True)


def everybody() -> list[Any]:
    """All training institutions; the two of the template get their pages here."""
    from tenants.models import Institution
    from tests.support.pages import seed

    found = list(Institution.objects.training().prefetch_related("domains").order_by("pk"))
    for institution in found[:2]:
        seed(institution)
    return found


def open_one(number: int) -> float:
    """Seconds from the button to the commit."""
    from django.utils.timezone import now

    from cms.opening import FirstManager, Opening, open_with_site
    from tenants.naming import credit_check_character
    from tests.support.people import id_number

    body = f"91440300MA5{number:06d}"
    what = Opening(
        name=f"第{number}建设职业培训学校",
        short_name=f"培训{number}",
        code=f"BE{number:03d}",
        credit_code=body + credit_check_character(body),
        subdomain=f"bench{number}",
        manager=FirstManager("林伟民", id_number(number, born="19700101"), f"139{number:08d}"),
        brand_main="#0b6b4f",
        brand_accent="#b3541e",
        region="广州",
        address="天河路 1 号",
        phone="020-83330001",
        position_codes=("101",),
    )
    began = time.perf_counter()
    open_with_site(what, by=None, at=now())
    return time.perf_counter() - began


def visitors_of(institution: Any) -> tuple[Any, Any]:
    """Somebody who only looks, and an enrolled trainee who is signed in."""
    from django.test import Client
    from django_tenants.utils import tenant_context

    from tenants.scopes import institution_scope
    from tests.support.people import signed_in
    from tests.support.study import make_study

    with tenant_context(institution), institution_scope(institution):
        trainee = make_study(institution).user
    return Client(headers={"host": institution.host}), signed_in(trainee, institution)


def visit(pair: tuple[Any, Any]) -> float:
    visitor, trainee = pair
    began = time.perf_counter()
    answers = visitor.get("/"), trainee.get("/my/")
    took = time.perf_counter() - began
    assert [answer.status_code for answer in answers] == [200, 200]
    return took


if __name__ == "__main__":
    main()
