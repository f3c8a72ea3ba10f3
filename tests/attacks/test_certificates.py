"""THREATS "Certificates": forged, guessed, voided, other people's, twice, too late."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.support import certified
from tests.web.test_certs_pages import look_up, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(lingzhu: Any, in_tenant: Any) -> Any:
    certified.publish_rules()
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


def refusal_of(post: Any, user: Any, at: datetime) -> str:
    from certs.errors import CannotCertify
    from certs.services import renew

    with pytest.raises(CannotCertify) as refused:
        renew(post, user, at=at)
    return refused.value.code


def test_an_altered_certificate_has_an_invalid_signature(renewed: Any, in_tenant: Any, association: Any) -> None:
    from certs.pdf.sign import is_ours_unaltered
    from certs.services import open_pdf

    with in_tenant(association):
        pdf = open_pdf(renewed.certificate, by=renewed.user, at=certified.AT)
    assert is_ours_unaltered(pdf)
    for place in range(200, len(pdf) - 200, len(pdf) // 40):
        altered = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        assert not is_ours_unaltered(altered), place


def test_tokens_have_192_random_bits_and_a_guess_finds_nothing(renewed: Any, visitor: Client) -> None:
    from certs.models import new_token

    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {32}
    guess = visitor.get(f"/v/{new_token()}/")
    assert guess.status_code == 404
    assert "没有查到这本证书" in words(guess)
    assert visitor.get(f"/v/{new_token()}/photo/").status_code == 404
    assert visitor.get(f"/v/{renewed.certificate.token[:-1]}/").status_code == 404
    assert visitor.get(f"/v/{renewed.certificate.number}/").status_code == 404
    assert visitor.get(f"/v/{renewed.certificate.uuid}/").status_code == 404


def test_a_wrong_name_and_a_wrong_number_get_the_same_answer(renewed: Any, visitor: Client) -> None:
    number, post = renewed.certificate.number, renewed.enrolment.post_certificate.number
    attempts = [(number, "张三"), ("04426101109999999", "陈志强"), (post, "张三"), (number[:-1], "陈志强")]
    pages = [look_up(visitor, *attempt) for attempt in attempts]
    bodies = {re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode()) for page in pages}
    assert [page.status_code for page in pages] == [200] * 4
    assert len(bodies) == 1
    assert "没有查到这本证书" in bodies.pop()


def test_an_id_number_alone_opens_nothing(renewed: Any, visitor: Client) -> None:
    from certs import verification

    assert verification.by_number(renewed.user.id_number, "陈志强") is None
    assert visitor.get(f"/verify/?id_number={renewed.user.id_number}").status_code == 200
    assert "证书有效" not in words(visitor.get(f"/verify/?number={renewed.user.id_number}"))


def test_the_eleventh_look_up_in_a_minute_is_refused_and_other_addresses_are_not(renewed: Any, visitor: Client) -> None:
    answers = [visitor.get(f"/v/{renewed.certificate.token}/").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert visitor.get(f"/v/{renewed.certificate.token}/").headers["Retry-After"] == "60"
    assert look_up(visitor, renewed.certificate.number, "陈志强").status_code == 429
    elsewhere = visitor.get(f"/v/{renewed.certificate.token}/", REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_another_persons_certificate_looks_like_none(
    recorded: Any, make_user: Any, association: Any, trainee_client: Any
) -> None:
    stranger = make_user("张三")
    post = recorded.enrolment.post_certificate
    assert refusal_of(post, stranger, certified.AT) == "certs.not_found"
    client = trainee_client(association, stranger)
    assert client.get(f"/certificates/renew/{post.uuid}/").status_code == 404
    assert client.post(f"/certificates/renew/{post.uuid}/").status_code == 404
    assert client.get(f"/certificates/hours/{recorded.enrolment.uuid}.pdf").status_code == 404
    post.refresh_from_db()
    assert post.state == "valid"


def test_another_persons_qualification_certificate_is_a_404(
    renewed: Any, make_user: Any, association: Any, trainee_client: Any
) -> None:
    client = trainee_client(association, make_user("张三"))
    assert client.get(f"/certificates/{renewed.certificate.uuid}.pdf").status_code == 404


def test_at_another_institution_ones_own_certificate_does_not_exist(
    renewed: Any, jiangxin: Any, trainee_client: Any
) -> None:
    client = trainee_client(jiangxin, renewed.user)
    assert client.get(f"/certificates/hours/{renewed.enrolment.uuid}.pdf").status_code == 404
    assert client.get(f"/certificates/{renewed.certificate.uuid}.pdf").status_code == 404


def test_a_second_renewal_is_refused(renewed: Any) -> None:
    assert refusal_of(renewed.enrolment.post_certificate, renewed.user, certified.AT) == "certs.already_renewed"


def test_eight_renewals_at_once_give_one_certificate(
    committed: None, recorded: Any, association: Any, in_tenant: Any
) -> None:
    from django.db import connection

    from certs.errors import CannotCertify
    from certs.models import QualificationCertificate
    from certs.services import renew

    def attempt(_number: int) -> str:
        try:
            with in_tenant(association):
                renew(recorded.enrolment.post_certificate, recorded.user, at=certified.AT)
                return "renewed"
        except CannotCertify as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(8)))
    assert answers == ["certs.already_renewed"] * 7 + ["renewed"]
    with in_tenant(association):
        assert QualificationCertificate.objects.count() == 1


def test_without_recorded_hours_nothing_is_renewed(lingzhu: Any, in_tenant: Any, settings: Any) -> None:
    from certs.services import upload_due

    settings.REGISTER_ACCEPTS_AT_ONCE = False
    certified.publish_rules()
    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
        post = made.enrolment.post_certificate
        assert refusal_of(post, made.user, certified.AT) == "certs.hours_not_recorded"
        upload_due(at=certified.AT)  # sent, but not accepted
        assert refusal_of(post, made.user, certified.AT) == "certs.hours_not_recorded"


def test_recorded_hours_of_another_position_do_not_renew_this_one(recorded: Any) -> None:
    from datetime import date

    from learning.services import register_post_certificate
    from tests.support.study import make_position

    other = register_post_certificate(
        number="44181140004072",
        id_number=recorded.user.id_number,
        name=recorded.user.name,
        position=make_position("114", "资料员"),
        issued_on=date(2018, 6, 1),
        by=None,
        at=certified.AT,
    )
    assert refusal_of(other, recorded.user, certified.AT) == "certs.hours_not_recorded"


def test_without_the_exam_nothing_is_renewed(lingzhu: Any, in_tenant: Any) -> None:
    certified.publish_rules()
    with in_tenant(lingzhu):
        made = certified.make_recorded(lingzhu, passed=False)
    assert refusal_of(made.enrolment.post_certificate, made.user, certified.AT) == "certs.exam_not_passed"


def test_the_last_day_counts_in_beijing_time_and_the_next_does_not(recorded: Any) -> None:
    from certs.services import renew

    post = recorded.enrolment.post_certificate
    first_of_january = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Beijing
    assert refusal_of(post, recorded.user, first_of_january) == "certs.closed"
    last_second = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    assert renew(post, recorded.user, at=last_second).number.startswith("04426")


def test_a_revoked_post_certificate_is_not_renewed(recorded: Any, make_user: Any) -> None:
    from learning.services import revoke_post_certificate

    post = revoke_post_certificate(
        recorded.enrolment.post_certificate, reason="补录有误", by=make_user("何敏"), at=certified.AT
    )
    assert refusal_of(post, recorded.user, certified.AT) == "certs.void"


def test_a_renewal_whose_name_cannot_be_printed_leaves_the_post_certificate_valid(
    lingzhu: Any, in_tenant: Any, make_user: Any
) -> None:
    from certs.errors import NameNotPrintable
    from certs.services import renew

    certified.publish_rules()
    with in_tenant(lingzhu):
        made = certified.make_recorded(lingzhu, user=make_user("李\U0002fa1d"))
    with pytest.raises(NameNotPrintable):
        renew(made.enrolment.post_certificate, made.user, at=certified.AT)
    made.enrolment.post_certificate.refresh_from_db()
    assert made.enrolment.post_certificate.state == "valid"


def test_an_hours_certificate_whose_hours_were_cleared_is_void_at_once(
    recorded: Any, lingzhu: Any, in_tenant: Any, visitor: Client
) -> None:
    from certs.services import issue_hours_certificate
    from learning.models import Enrolment

    with in_tenant(lingzhu):
        certificate = issue_hours_certificate(recorded.enrolment, at=certified.AT)
        assert "证书有效" in words(visitor.get(f"/v/{certificate.token}/"))
        Enrolment.objects.filter(pk=recorded.enrolment.pk).update(hours_state="cleared")
    assert "这本证书已作废" in words(visitor.get(f"/v/{certificate.token}/"))


def test_facts_of_one_certificate_do_not_open_under_another(recorded: Any, lingzhu: Any, in_tenant: Any) -> None:
    from django.db import connection

    from certs.models import HoursCertificate
    from certs.services import issue_hours_certificate
    from tenants.crypto import CannotOpen

    with in_tenant(lingzhu):
        mine = issue_hours_certificate(recorded.enrolment, at=certified.AT)
        theirs = issue_hours_certificate(certified.make_finished(lingzhu).enrolment, at=certified.AT)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE certs_hourscertificate SET facts = (SELECT facts FROM certs_hourscertificate WHERE id = %s)"
                " WHERE id = %s",
                [theirs.pk, mine.pk],
            )
        with pytest.raises(CannotOpen):
            _ = HoursCertificate.objects.get(pk=mine.pk).facts
