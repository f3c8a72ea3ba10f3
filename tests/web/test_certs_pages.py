"""Pages: the trainee's PDFs, renewal on the portal, public verification."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.support import certified, people

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    """The page's text without tags, spaces run together."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def recorded(lingzhu: Any, in_tenant: Any) -> Any:
    certified.publish_rules(closes_on="2099-12-31")
    with in_tenant(lingzhu):
        return certified.make_recorded(lingzhu)


@pytest.fixture
def renewed(recorded: Any, in_tenant: Any, association: Any) -> Any:
    from certs.services import renew

    with in_tenant(association):
        recorded.certificate = renew(recorded.enrolment.post_certificate, recorded.user, at=certified.AT)
    return recorded


@pytest.fixture
def visitor(association: Any) -> Client:
    return Client(headers={"host": "localhost"})


def test_the_trainee_opens_and_downloads_the_hours_certificate(
    recorded: Any, lingzhu: Any, trainee_client: Any
) -> None:
    client = trainee_client(lingzhu, recorded.user)
    address = f"/certificates/hours/{recorded.enrolment.uuid}.pdf"
    shown, saved = client.get(address), client.get(address + "?download")
    assert (shown.status_code, shown["Content-Type"]) == (200, "application/pdf")
    assert shown.content == saved.content
    assert shown["Content-Disposition"].startswith("inline; filename=")
    assert saved["Content-Disposition"].startswith("attachment; filename=")
    assert shown["Cache-Control"] == "private, no-store"


def test_without_sign_in_the_hours_certificate_leads_to_the_sign_in_page(recorded: Any) -> None:
    response = Client(headers={"host": "lingzhu.test"}).get(f"/certificates/hours/{recorded.enrolment.uuid}.pdf")
    assert response.status_code == 302
    assert response["Location"].startswith("/signin/")


def test_renewal_shows_the_consequence_before_the_button_and_then_does_it(
    recorded: Any, association: Any, trainee_client: Any
) -> None:
    client = trainee_client(association, recorded.user)
    post = recorded.enrolment.post_certificate
    page = client.get(f"/certificates/renew/{post.uuid}/")
    text = words(page)
    assert page.status_code == 200
    assert "把土建施工员证书换成电子证？" in text
    assert f"办理后原证书{post.number}马上作废，不能恢复。" in text
    assert text.index("不能恢复") < text.index("确认，更新证书")
    assert "32学时，已计入" in text
    done = client.post(f"/certificates/renew/{post.uuid}/")
    assert (done.status_code, done["Location"]) == (302, "/my/certificates/")
    post.refresh_from_db()
    assert post.state == "superseded"
    again = client.get(f"/certificates/renew/{post.uuid}/")
    assert again.status_code == 409
    assert "这本岗位证书已经更新过，新的电子证在证书管理里。" in words(again)


def test_renewal_is_not_offered_on_an_institutions_site(recorded: Any, lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu, recorded.user)
    response = client.get(f"/certificates/renew/{recorded.enrolment.post_certificate.uuid}/")
    assert response.status_code == 404
    assert "证书更新请到全省统一平台办理。" in response.content.decode()


def test_the_qualification_certificate_opens_on_the_portal(renewed: Any, association: Any, trainee_client: Any) -> None:
    client = trainee_client(association, renewed.user)
    response = client.get(f"/certificates/{renewed.certificate.uuid}.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")


def test_the_qr_code_says_the_portals_address(renewed: Any) -> None:
    from certs.services.documents import verification_url

    assert verification_url(renewed.certificate.token) == f"http://localhost:8000/v/{renewed.certificate.token}/"


def test_scanning_a_valid_certificate_shows_the_verdict_masked_data_and_the_photo(
    renewed: Any, visitor: Client
) -> None:
    from tenants.audit.models import Entry

    page = visitor.get(f"/v/{renewed.certificate.token}/")
    text = words(page)
    assert page.status_code == 200
    for expected in ("证书有效", renewed.certificate.number, "陈*强", "土建施工员", "职业培训合格证（电子证）"):
        assert expected in text
    assert renewed.user.id_number not in text
    assert "陈志强" not in text
    assert renewed.user.id_number[:6] + "********" + renewed.user.id_number[-4:] in text
    photo = visitor.get(f"/v/{renewed.certificate.token}/photo/")
    assert (photo["Content-Type"], photo.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert Entry.objects.filter(action="certificate.photo_shown").count() == 1


def test_a_revoked_certificate_is_void_since_the_day_it_was_revoked(renewed: Any, visitor: Client) -> None:
    from certs.services import revoke
    from tenants.scopes import province_scope

    with province_scope():
        revoke(renewed.certificate, reason="issued in error", by=None, at=certified.AT)
    text = words(visitor.get(f"/v/{renewed.certificate.token}/"))
    assert "这本证书已作废" in text
    assert "自2026-03-03起作废，不再有证明效力。" in text
    assert "证书有效" not in text


def test_an_institutions_site_sends_verification_to_the_portal(renewed: Any) -> None:
    response = Client(headers={"host": "lingzhu.test"}).get(f"/v/{renewed.certificate.token}/")
    assert response["Location"] == f"http://localhost:8000/v/{renewed.certificate.token}/"


def look_up(client: Client, number: str, name: str) -> Any:
    """Fill in the public form, captcha included."""
    from captcha.models import CaptchaStore

    client.get("/verify/")
    challenge = CaptchaStore.objects.latest("id")
    form = {"number": number, "name": name, "captcha_0": challenge.hashkey, "captcha_1": challenge.response}
    return client.post("/verify/", form)


def test_the_old_post_certificate_is_shown_as_renewed_with_the_number_of_the_new_one(
    renewed: Any, visitor: Client
) -> None:
    post = renewed.enrolment.post_certificate
    page = look_up(visitor, post.number, "陈志强")
    text = words(page)
    assert "这本证书已更新，不再有效" in text
    assert "持证人已于2026-03-03换发电子证，原岗位证书同时作废。请改查新的电子证。" in text
    assert f"/verify/?number={renewed.certificate.number}" in page.content.decode()
    assert renewed.certificate.token not in page.content.decode()


def test_number_and_name_show_the_verdict_but_neither_photo_nor_id_number(renewed: Any, visitor: Client) -> None:
    page = look_up(visitor, f" {renewed.certificate.number} ", "陈志强")
    text = words(page)
    assert "证书有效" in text
    assert "/photo/" not in page.content.decode()
    assert renewed.user.id_number[-4:] not in text.replace(renewed.certificate.number, "")


def test_a_wrong_captcha_looks_nothing_up(renewed: Any, visitor: Client) -> None:
    form = {"number": renewed.certificate.number, "name": "陈志强", "captcha_0": "x", "captcha_1": "nope"}
    page = visitor.post("/verify/", form)
    assert page.status_code == 422
    assert "证书有效" not in words(page)


@pytest.mark.parametrize("address", ["/verify/", "/v/{token}/"])
def test_no_english_is_left_on_the_chinese_page(renewed: Any, visitor: Client, address: str) -> None:
    page = visitor.get(address.format(token=renewed.certificate.token)).content.decode()
    main = page[page.index('<main id="main"') : page.index("</main>")]
    text = re.sub(r"<[^>]+>", " ", main).replace("localhost:8000", "").replace("localhost", "")
    assert re.findall(r"[A-Za-z]{3,}", text) == []


def test_a_withdrawn_post_certificate_is_void_since_that_day_and_led_to_nothing(recorded: Any, visitor: Client) -> None:
    from learning.services import revoke_post_certificate

    clerk = people.make_user("谢敏仪")
    post = revoke_post_certificate(recorded.enrolment.post_certificate, reason="误发", by=clerk, at=certified.AT)
    text = words(look_up(visitor, post.number, "陈志强"))
    assert "这本证书已作废" in text
    assert "自2026-03-03起作废，不再有证明效力。" in text
    assert "改查新" not in text


def test_a_renewed_post_certificate_names_the_kind_of_certificate_that_took_its_place(
    renewed: Any, visitor: Client
) -> None:
    text = words(look_up(visitor, renewed.enrolment.post_certificate.number, "陈志强"))
    assert f"职业培训合格证（电子证）{renewed.certificate.number}" in text


def test_a_valid_post_certificate_is_valid_and_a_stranger_to_it_learns_nothing(recorded: Any, visitor: Client) -> None:
    post = recorded.enrolment.post_certificate
    assert "证书有效" in words(look_up(visitor, post.number, "陈志强"))
    wrong_name, wrong_number = look_up(visitor, post.number, "陈志"), look_up(visitor, "无此编号", "陈志强")
    assert words(wrong_name)[:400] == words(wrong_number)[:400]
    assert "没有查到" in words(wrong_name)


def in_groups(number: str) -> str:
    return f" {number[:3]} {number[3:5]}\u3000{number[5:]}"


def in_full_width(number: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() else sign for sign in number)


@pytest.mark.parametrize("written", [in_groups, in_full_width, str.lower, lambda number: f"{number[:4]}—{number[4:]}"])
@pytest.mark.parametrize("kind", ["qualification", "hours", "post"])
def test_a_number_is_found_however_it_is_written(
    renewed: Any, lingzhu: Any, in_tenant: Any, visitor: Client, kind: str, written: Any
) -> None:
    from certs.services import issue_hours_certificate

    if kind == "hours":
        with in_tenant(lingzhu):
            number = issue_hours_certificate(renewed.enrolment, by=renewed.user, at=certified.AT).number
    else:
        number = {"qualification": renewed.certificate, "post": renewed.enrolment.post_certificate}[kind].number
    page = words(look_up(visitor, written(number), "陈志强"))
    assert number in page
    assert "没有查到" not in page


@pytest.mark.parametrize("name", ["陈 志强", "陈\u3000志强", " 陈志强 "])
def test_spaces_in_a_name_do_not_matter(renewed: Any, visitor: Client, name: str) -> None:
    assert "证书有效" in words(look_up(visitor, renewed.certificate.number, name))
    assert renewed.certificate.number in words(look_up(visitor, renewed.enrolment.post_certificate.number, name))


@pytest.mark.parametrize(
    "name", ["阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽 · 买买提", "阿依古丽买买提"]
)
def test_any_dot_of_a_name_is_the_same_dot(lingzhu: Any, in_tenant: Any, visitor: Client, name: str) -> None:
    from certs.services import renew
    from learning.models import PostCertificate

    certified.publish_rules(closes_on="2099-12-31")
    with in_tenant(lingzhu):
        made = certified.make_recorded(lingzhu, user=people.make_user("阿依古丽·买买提"))
    post = made.enrolment.post_certificate
    PostCertificate.objects.filter(pk=post.pk).update(holder_name="阿依古丽•买买提")
    assert "证书有效" in words(look_up(visitor, post.number, name))
    with in_tenant(lingzhu.__class__.objects.get(kind="association")):
        new = renew(post, made.user, at=certified.AT)
    assert "证书有效" in words(look_up(visitor, new.number, name))


def test_keys_of_older_releases_are_computed_anew_and_stripped_rows_stay_stripped(renewed: Any) -> None:
    from importlib import import_module

    from django.apps import apps

    from certs.models import AppraisalRecord, QualificationCertificate
    from tests.support.portal import make_appraisal

    kept = (renewed.certificate.lookup, make_appraisal().lookup)
    rows = QualificationCertificate._base_manager.filter(pk=renewed.certificate.pk)
    recompute = import_module("certs.migrations.0004_tolerant_lookups").recompute
    rows.update(lookup="of 2025")
    AppraisalRecord.objects.update(lookup="of 2025")
    recompute(apps, None)
    assert (rows.get().lookup, AppraisalRecord.objects.get().lookup) == kept
    rows.update(lookup="erased:0")
    recompute(apps, None)
    assert rows.get().lookup == "erased:0"


def test_neighbours_in_one_network_of_ipv6_share_their_look_ups(renewed: Any, visitor: Client) -> None:
    seen = []
    for number in range(14):
        visitor.defaults["REMOTE_ADDR"] = f"240e:3b7:2c00:1::{number:x}"
        seen.append(visitor.get(f"/v/{renewed.certificate.token}/"))
    assert [answer.status_code for answer in seen[:10]] == [200] * 10
    assert seen[-1].status_code == 429
    refused = words(seen[-1])
    assert "每个网络地址每分钟可查询10次" in refused
    assert b'href="/verify/"' in seen[-1].content.partition(b"<main")[2]
    visitor.defaults["REMOTE_ADDR"] = "240e:3b7:2c00:2::1"
    assert visitor.get(f"/v/{renewed.certificate.token}/").status_code == 200


def test_an_error_of_the_look_up_is_told_at_its_field(association: Any, visitor: Client) -> None:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(visitor.post("/verify/", {"captcha_1": "x"}).content, "html.parser")
    for field in page.select("main input[aria-invalid]"):
        described = [page.find(id=one) for one in field["aria-describedby"].split()]
        assert described, field
        assert all(element.text.strip() for element in described)
    assert len(page.select("main input[aria-invalid]")) == 3
    assert [item.text.strip() for item in page.select("main .crumbs li")] == ["首页", "证书联网查询"]


def test_who_comes_from_the_home_page_without_a_script_is_asked_for_the_captcha_once(
    renewed: Any, visitor: Client
) -> None:
    from tests.support.doors import captcha

    typed = {"name": "陈志强", "number": renewed.certificate.number}
    page = visitor.post("/verify/", typed)
    assert page.status_code == 200
    assert f'value="{typed["number"]}"' in page.content.decode()
    assert "还差一步" in words(page)
    assert "证书有效" in words(visitor.post("/verify/", typed | captcha(page)))
