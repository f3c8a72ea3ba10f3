"""SMS: written with the change, sent afterwards, at most once, and the manual's words exactly."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tenants.audit.models import Entry
from tenants.messages import services
from tenants.messages.gateways import TransportError, aliyun
from tenants.messages.models import Sms, SmsState
from tenants.messages.rules import next_try, tomorrow
from tenants.messages.templates import TEMPLATES, rendered, variables_of
from tenants.rulesets.rules import MessageRules

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOON = timedelta(minutes=10)
RULES = MessageRules()


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
    sms = queue(make_user())
    assert services._take(AT, RULES) is not None  # the worker dies here
    assert services.send_due(at=AT + timedelta(seconds=RULES.unknown_after_s)) == 0
    sms.refresh_from_db()
    assert sms.state == SmsState.SENDING
    assert services.send_due(at=AT + SOON) == 0
    sms.refresh_from_db()
    assert (sms.state, sms.error) == (SmsState.UNKNOWN, "worker.lost")
    assert services.send_due(at=AT + timedelta(days=3)) == 0
    with pytest.raises(services.NotAgain):
        services.send_again(sms, by=None, at=AT + SOON)


class Refusing:
    """A gateway that answers as it was told, and counts."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls = error, 0

    def send(self, **_: str) -> str:
        self.calls += 1
        raise self.error


@pytest.fixture
def refuse(monkeypatch):
    def make(error: Exception) -> Refusing:
        refusing = Refusing(error)
        monkeypatch.setattr(services, "gateway", lambda: refusing)
        return refusing

    return make


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (TransportError("isv.MOBILE_NUMBER_ILLEGAL", permanent=True), SmsState.FAILED, "isv.MOBILE_NUMBER_ILLEGAL"),
        (TransportError("no balance"), SmsState.QUEUED, "no balance"),
        (TransportError("ReadTimeout", unknown=True), SmsState.UNKNOWN, "ReadTimeout"),
        (ValueError("13800138000"), SmsState.UNKNOWN, "ValueError"),
    ],
)
def test_a_refusal_is_tried_again_only_where_it_surely_did_not_leave(make_user, refuse, error, state, says) -> None:
    gateway, sms = refuse(error), queue(make_user())
    assert services.send_due(at=AT) == 0
    sms.refresh_from_db()
    assert (sms.state, sms.error, sms.tries, gateway.calls) == (state, says, 1, 1)


def test_it_is_tried_six_times_at_growing_intervals_and_then_has_failed(make_user, refuse) -> None:
    gateway, sms, at, waits = refuse(TransportError("throttled")), queue(make_user()), AT, []
    while sms.state == SmsState.QUEUED:
        assert services.send_due(at=at - timedelta(seconds=1)) == 0
        assert services.send_due(at=at) == 0
        sms.refresh_from_db()
        waits.append(round((sms.not_before - at).total_seconds()))
        at = max(at, sms.not_before)
    assert waits == [30, 60, 120, 240, 480, 0]
    assert (gateway.calls, sms.tries, sms.state) == (6, 6, SmsState.FAILED)


def test_the_ruleset_decides_when_to_try_again() -> None:
    rules = MessageRules(first_retry_s=10, retry_factor=3, tries=3)
    tries = [next_try(number, at=AT, rules=rules) for number in (1, 2, 3)]
    assert tries == [AT + timedelta(seconds=10), AT + timedelta(seconds=30), None]


def test_a_failed_message_goes_once_more_when_somebody_says_so(make_user, refuse, monkeypatch) -> None:
    refuse(TransportError("bad template", permanent=True))
    sms, boss = queue(make_user()), make_user()
    services.send_due(at=AT)
    monkeypatch.undo()
    services.send_again(sms, by=boss, at=AT + SOON)
    entry = Entry.objects.get(action="sms.again")
    assert (entry.actor, entry.subject_id, entry.data) == (boss, str(sms.uuid), {"template": "hours_approved"})
    assert services.send_due(at=AT + SOON) == 1
    sms.refresh_from_db()
    assert (sms.state, sms.error) == (SmsState.SENT, "")


def test_a_code_that_failed_never_goes_again(make_user, refuse) -> None:
    refuse(TransportError("bad number", permanent=True))
    values = {"code": "123456", "minutes": 5}
    sms = services.queue_sms(key="c", template="code_sign_in", params=values, user=make_user(), institution=None, at=AT)
    services.send_due(at=AT)
    with pytest.raises(services.NotAgain):
        services.send_again(sms, by=None, at=AT)


def test_a_number_gets_so_many_a_day_and_the_rest_on_the_next_morning(make_user) -> None:
    user, other = make_user(), make_user()
    for number in range(RULES.a_day_a_number + 2):
        queue(user, key=f"many {number}")
    queue(other, key="other")
    values = {"code": "123456", "minutes": 5}
    services.queue_sms(key="c", template="code_sign_in", params=values, user=user, institution=None, at=AT)
    assert services.send_due(at=AT) == RULES.a_day_a_number + 2  # the other person's, and the code
    held = Sms.objects.filter(state=SmsState.QUEUED)
    assert {(sms.error, sms.not_before) for sms in held} == {("cap.number", tomorrow(AT, rules=RULES))}
    assert held.count() == 2
    assert tomorrow(AT, rules=RULES) == datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai
    assert services.send_due(at=tomorrow(AT, rules=RULES)) == 2


def test_an_institution_sends_so_many_a_day(make_user, lingzhu, jiangxin, monkeypatch) -> None:
    monkeypatch.setattr(services, "rules_for", lambda *_, **__: MessageRules(a_day_an_institution=2))
    for number, institution in enumerate((lingzhu, lingzhu, lingzhu, jiangxin)):
        services.queue_sms(key=str(number), template="hours_approved", user=make_user(), institution=institution, at=AT)
    assert services.send_due(at=AT) == 3
    assert Sms.objects.get(key="2").error == "cap.institution"


def test_messages_to_a_number_are_found_without_storing_the_number(make_user) -> None:
    user = make_user()
    sms = queue(user)
    assert sms.phone_index == user.phone_index
    assert Sms.objects.get(phone_index=services.phone_index(user.phone)) == sms


def test_one_event_in_two_processes_is_one_message(committed, make_user) -> None:
    user, gate, seen = make_user(), threading.Barrier(4), []

    def tell() -> None:
        gate.wait()
        try:
            seen.append(queue(user, key="one event").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert set(seen) == {Sms.objects.get().pk}


def test_neither_phone_nor_text_can_be_read_in_the_database(make_user) -> None:
    sms = queue(make_user())
    with connection.cursor() as cursor:
        cursor.execute("SELECT outbox_sms::text FROM outbox_sms WHERE id = %s", [sms.pk])
        assert sms.phone not in cursor.fetchone()[0]


def test_the_gateways_variables_are_read_back_from_the_text() -> None:
    text = rendered("hours_cleared", {"name": "李建国", "position": "土建施工员", "year": 2026})
    assert variables_of("hours_cleared", text) == {"name": "李建国", "position": "土建施工员", "year": "2026"}
    assert variables_of("code_sign_in", rendered("code_sign_in", {"code": "123456", "minutes": 5})) == {
        "code": "123456",
        "minutes": "5",
    }


def test_every_template_names_its_variables_and_fits_into_three_messages() -> None:
    assert TEMPLATES["code_sign_in"].variables == ("code", "minutes")
    assert TEMPLATES["hours_cleared"].variables == ("name", "position", "year")
    for name, template in TEMPLATES.items():
        values = dict.fromkeys(template.variables, "某")
        assert variables_of(name, rendered(name, values)) == values, name
        assert len(rendered(name, values)) <= 200, name


def test_the_sdk_of_a_gateway_is_imported_only_when_it_is_used() -> None:
    program = (
        "import os, sys; sys.path.insert(0, 'site'); import django; django.setup();"
        "import tenants.messages.services, tenants.messages.gateways.aliyun;"
        "print([name for name in sys.modules if 'alibaba' in name or name == 'Tea'])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_alibaba_request_carries_the_reviewed_code_and_the_named_variables(settings) -> None:
    settings.SMS_TEMPLATES = {"hours_cleared": "SMS_154950909"}
    text = rendered("hours_cleared", {"name": "李建国", "position": "土建施工员", "year": 2026})
    request = aliyun.request_of(phone="13800138000", text=text, template="hours_cleared").to_map()
    assert request == {
        "PhoneNumbers": "13800138000",
        "SignName": settings.SMS_SIGNATURE,
        "TemplateCode": "SMS_154950909",
        "TemplateParam": '{"name": "李建国", "position": "土建施工员", "year": "2026"}',
    }
    with pytest.raises(TransportError) as refused:
        aliyun.request_of(phone="13800138000", text="x", template="hours_approved")
    assert refused.value.permanent is True


def test_an_alibaba_service_that_does_not_answer_leaves_the_outcome_unknown(settings) -> None:
    """The SDK itself, towards an address where nobody listens. Its error holds the number; ours does not."""
    from alibabacloud_dysmsapi20170525.client import Client
    from alibabacloud_tea_openapi.models import Config

    settings.SMS_TEMPLATES = {"hours_approved": "SMS_1"}
    nowhere = Config(access_key_id="a", access_key_secret="b", endpoint="127.0.0.1:9", protocol="http")
    with pytest.raises(TransportError) as failed:
        aliyun.AliyunGateway(Client(nowhere)).send(
            phone="13800138000", text=rendered("hours_approved", {}), template="hours_approved"
        )
    assert failed.value.unknown is True
    assert "138" not in failed.value.message
    assert failed.value.__suppress_context__ is True


@pytest.mark.parametrize(
    ("code", "permanent"), [("isv.BUSINESS_LIMIT_CONTROL", False), ("isv.MOBILE_NUMBER_ILLEGAL", True)]
)
def test_a_refusal_of_alibaba_is_known_to_have_sent_nothing(settings, code, permanent) -> None:
    from alibabacloud_dysmsapi20170525.models import SendSmsResponse, SendSmsResponseBody

    class Answers:
        def send_sms(self, _request: object) -> SendSmsResponse:
            return SendSmsResponse(body=SendSmsResponseBody(code=code, message="13800138000 …"))

    settings.SMS_TEMPLATES = {"hours_approved": "SMS_1"}
    with pytest.raises(TransportError) as refused:
        aliyun.AliyunGateway(Answers()).send(
            phone="13800138000", text=rendered("hours_approved", {}), template="hours_approved"
        )
    assert (refused.value.message, refused.value.permanent, refused.value.unknown) == (code, permanent, False)
