"""SMS: written with the change, sent afterwards, at most once, and the manual's words exactly."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tenants.messages import services
from tenants.messages.gateways import TransportError
from tenants.messages.gateways.aliyun import variables_of
from tenants.messages.models import Sms, SmsState
from tenants.messages.templates import rendered

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOON = timedelta(minutes=10)


def queue(user, key: str = "k", **more):
    return services.queue_sms(key=key, template="hours_approved", user=user, institution=None, at=AT, **more)


def test_the_manuals_texts_are_word_for_word() -> None:
    assert rendered("hours_complete", {}) == (
        "尊敬的学员，您已完成本年度继续教育学时，经审核通过后计入有效学时，"
        "审核时间大约需要几个工作日，请您耐心等待，学时审核通过后可登录管理系统完成换证。"
    )
    assert rendered("hours_approved", {}) == "尊敬的学员，恭喜您的继续教育学时已通过审核。"
    assert rendered("hours_cleared", {"name": "李建国", "position": "土建施工员", "year": 2026}) == (
        "尊敬的李建国学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，"
        "您的土建施工员岗位2026年度学时将被清除，请重新学习。"
    )


def test_the_same_key_is_queued_once(make_user) -> None:
    user = make_user()
    assert queue(user).pk == queue(user).pk
    assert Sms.objects.count() == 1


def test_a_message_waits_for_its_time_and_leaves_once(make_user) -> None:
    sms = queue(make_user(), not_before=AT + SOON)
    assert services.send_due(at=AT) == 0
    assert services.send_due(at=AT + SOON) == 1
    assert services.send_due(at=AT + SOON) == 0
    sms.refresh_from_db()
    assert (sms.state, sms.sent_at) == (SmsState.SENT, AT + SOON)


def test_an_undone_decision_sends_nothing(make_user) -> None:
    queue(make_user(), not_before=AT + SOON)
    assert services.cancel_sms("k", at=AT) is True
    assert services.send_due(at=AT + SOON) == 0
    assert services.cancel_sms("k", at=AT) is False


def test_a_message_taken_by_a_worker_that_died_is_never_sent_again(make_user) -> None:
    queue(make_user())
    assert services._take(AT) is not None  # the worker dies here
    assert services.send_due(at=AT + SOON) == 0


@pytest.mark.parametrize(("permanent", "state"), [(True, SmsState.FAILED), (False, SmsState.QUEUED)])
def test_a_refusal_is_tried_again_only_where_it_surely_did_not_leave(make_user, monkeypatch, permanent, state) -> None:
    class Refusing:
        def send(self, **_: str) -> str:
            raise TransportError("no balance", permanent=permanent)

    monkeypatch.setattr(services, "gateway", Refusing)
    sms = queue(make_user())
    services.send_due(at=AT)
    sms.refresh_from_db()
    assert (sms.state, sms.error) == (state, "no balance")


def test_neither_phone_nor_text_can_be_read_in_the_database(make_user) -> None:
    sms = queue(make_user())
    with connection.cursor() as cursor:
        cursor.execute("SELECT outbox_sms::text FROM outbox_sms WHERE id = %s", [sms.pk])
        assert sms.phone not in cursor.fetchone()[0]


def test_the_gateways_variables_are_read_back_from_the_text() -> None:
    text = rendered("hours_cleared", {"name": "李建国", "position": "土建施工员", "year": 2026})
    assert variables_of("hours_cleared", text) == {"name": "李建国", "position": "土建施工员", "year": "2026"}
    assert variables_of("code", rendered("code", {"code": "123456", "minutes": 5})) == {
        "code": "123456",
        "minutes": "5",
    }
