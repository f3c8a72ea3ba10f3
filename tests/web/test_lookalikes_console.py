"""一人多号核查: the association compares and decides; institutions know nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import give_photos, make_case, queries_of, staff_client

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
LIST = "/admin/console/lookalikes/"


@pytest.fixture
def pair_of(db: None, in_tenant: Any, lingzhu: Any, jiangxin: Any) -> Any:
    """`pair_of("钟强", "钟勇")`: two accounts at two institutions with one face."""
    from proctoring.models import Lookalike

    shown = tuple((FACES / name).read_bytes() for name in ("obama.jpg", "biden.jpg"))

    def make(one: str, other: str, distance: float = 0.14) -> Any:
        profiles = []
        for name, institution in ((one, lingzhu), (other, jiangxin)):
            with in_tenant(institution):
                profiles.append(give_photos(people.make_user(name), institution, pictures=shown))
        first, second = profiles
        return Lookalike.objects.create(
            first=first, second=second, engine="dlib", distance=distance, noted_at=people.BEFORE
        )

    return make


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def test_a_reviewer_compares_two_people_and_says_what_they_are(association: Any, pair_of: Any) -> None:
    from tenants.audit.models import Entry

    reviewer, pair = staff_client(association, Role.HOURS_REVIEWER, "潘怡"), pair_of("钟强", "钟勇")
    assert "1 疑似一人两号" in text_of(reviewer.get("/admin/"))
    row = text_of(reviewer.get(LIST))
    assert "钟强" in row
    assert "钟勇" in row
    assert pair.first.user.id_number not in row
    page = BeautifulSoup(reviewer.get(f"{LIST}{pair.uuid}/").content, "html.parser")
    pictures = [image["src"] for image in page.select(".zx-pair img")]
    assert len(pictures) == 4
    assert reviewer.get(pictures[0]).status_code == 200
    assert Entry.objects.filter(action="face_evidence.read", actor=reviewer.user).count() == 1
    assert "请写明核查结果" in text_of(reviewer.post(f"{LIST}{pair.uuid}/", {"two_people": "1", "reason": ""}), 400)
    answer = reviewer.post(f"{LIST}{pair.uuid}/", {"two_people": "1", "reason": "兄弟，已核对原件"}, follow=True)
    assert "不会再次提示" in text_of(answer)
    pair.refresh_from_db()
    assert (pair.state, pair.reason) == ("two_people", "兄弟，已核对原件")
    assert "刚刚已由别人判定" in text_of(reviewer.post(f"{LIST}{pair.uuid}/", {"one_person": "1", "reason": "不"}), 400)


def test_nobody_decides_about_an_own_account_and_an_auditor_only_looks(association: Any, pair_of: Any) -> None:
    from proctoring.models import Lookalike

    pair = pair_of("钟强", "钟勇")
    auditor = staff_client(association, Role.AUDITOR, "何敏")
    assert "不能判定与本人账号有关的记录" in text_of(auditor.get(f"{LIST}{pair.uuid}/"))
    assert auditor.post(f"{LIST}{pair.uuid}/", {"two_people": "1", "reason": "是"}).status_code == 403
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "潘怡")
    Lookalike.objects.update(first=give_own(reviewer.user, pair.first.institution))
    said = text_of(reviewer.post(f"{LIST}{pair.uuid}/", {"two_people": "1", "reason": "是"}), 400)
    assert "请交给同事处理" in said
    assert Lookalike.objects.get().state == "open"


def give_own(user: Any, institution: Any) -> Any:
    from tenants.scopes import institution_scope

    with institution_scope(institution):
        return give_photos(user, institution)


def test_at_an_institution_there_is_no_such_page(lingzhu: Any, pair_of: Any) -> None:
    manager, pair = staff_client(lingzhu, Role.MANAGER), pair_of("钟强", "钟勇")
    assert [manager.get(path).status_code for path in (LIST, f"{LIST}{pair.uuid}/")] == [404, 404]


def test_three_pairs_cost_as_many_queries_as_one(association: Any, pair_of: Any) -> None:
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "潘怡")
    pair_of("钟强", "钟勇")
    one, _ = queries_of(reviewer, LIST)
    pair_of("李梅", "李兰")
    pair_of("陈志强", "陈志刚", 0.2)
    assert queries_of(reviewer, LIST)[0] == one


def test_the_review_of_hours_leads_to_the_pair(association: Any, pair_of: Any, lingzhu: Any, in_tenant: Any) -> None:
    from proctoring.models import FaceProfile

    with in_tenant(lingzhu):
        review = make_case(lingzhu)
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "潘怡")
    address = f"/admin/console/reviews/{review.uuid}/"
    assert "相貌相同" not in text_of(reviewer.get(address))
    pair = pair_of("钟强", "钟勇")
    with in_tenant(lingzhu):
        pair.first = FaceProfile.objects.get(user=review.enrolment.user)
    pair.save()
    page = BeautifulSoup(reviewer.get(address).content, "html.parser")
    assert page.select_one(f'a[href="{LIST}{pair.uuid}/"]').text == "另有 1 个相貌相同的账号"
