"""The register of post certificates: entered, corrected, revoked, given back; with the history of each."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from threading import Thread
from typing import Any

import pytest

from learning import services
from learning.errors import CannotEnrol
from learning.models import PostCertificate, PostCertificateChange
from learning.register_errors import CannotChangeRegister
from learning.services import CertificateData
from tenants.audit.models import Entry
from tests.support import people
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 8, 2, tzinfo=UTC)


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("谢敏仪")


@pytest.fixture
def holder(db: None) -> Any:
    return people.make_user("梁志强")


@pytest.fixture
def row(clerk: Any, holder: Any) -> PostCertificate:
    return entered(clerk, holder)


def entered(clerk: Any, holder: Any, number: str = "粤建岗900001") -> PostCertificate:
    return services.register_post_certificate(
        number=number, id_number=holder.id_number, name=holder.name, position=make_position(),
        issued_on=date(2017, 5, 4), by=clerk, at=AT,
    )  # fmt: skip


def data_of(row: PostCertificate, **other: Any) -> CertificateData:
    said = {
        "number": row.number, "id_number": row.holder_id_number, "name": row.holder_name, "position": row.position,
        "issued_on": row.issued_on,
    }  # fmt: skip
    return CertificateData(**(said | other))


def refused(verb: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(CannotChangeRegister) as error:
        verb(*args, **named)
    return str(error.value.code)


def test_a_number_stands_in_the_register_once(row: PostCertificate, clerk: Any) -> None:
    other = people.make_user("何敏")
    assert refused(entered, clerk, other, "粤建岗 900001") == "register.number_taken"
    assert PostCertificate.objects.count() == 1


def test_a_correction_keeps_what_stood_there_sealed_and_the_trail_names_fields_only(
    row: PostCertificate, clerk: Any, holder: Any
) -> None:
    right = people.make_user("何敏").id_number
    found = services.correct_post_certificate(
        row, data_of(row, name="梁自强", id_number=right), reason="录入有误，身份证 " + right, seen=0, by=clerk, at=AT
    )
    assert (found.holder_name, found.holder_id_number, found.version) == ("梁自强", right, 1)
    change = PostCertificateChange.objects.get()
    assert (change.kind, change.by, change.at, change.reason) == (
        "corrected",
        clerk,
        AT,
        "录入有误，身份证 [id number]",
    )
    assert json.loads(change.values) == {"holder": [holder.id_number, right], "name": ["梁志强", "梁自强"]}
    entry = Entry.objects.get(action="post_certificate.corrected")
    assert entry.data == {"change": str(change.uuid), "fields": ["holder", "name"]}


def test_two_clerks_do_not_overwrite_each_other(row: PostCertificate, clerk: Any) -> None:
    services.correct_post_certificate(row, data_of(row, name="梁自强"), reason="录入有误", seen=0, by=clerk, at=AT)
    late = data_of(row, number="粤建岗900002")
    for verb, args in (
        (services.correct_post_certificate, (row, late)),
        (services.revoke_post_certificate, (row,)),
        (services.restore_post_certificate, (row,)),
    ):
        assert refused(verb, *args, reason="录入有误", seen=0, by=clerk, at=AT) == "register.stale"


def test_a_reason_is_needed_and_something_that_changes(row: PostCertificate, clerk: Any) -> None:
    same = {"reason": "录入有误", "by": clerk, "at": AT}
    assert refused(services.correct_post_certificate, row, data_of(row), **same) == "register.unchanged"
    assert refused(services.revoke_post_certificate, row, **same | {"reason": " "}) == "register.reason"


def test_nobody_writes_about_their_own_certificate(row: PostCertificate, holder: Any, clerk: Any) -> None:
    own = {"reason": "录入有误", "by": holder, "at": AT}
    assert refused(services.revoke_post_certificate, row, **own) == "register.own"
    assert refused(entered, holder, holder, "粤建岗900007") == "register.own"
    other = entered(clerk, people.make_user("何敏"), "粤建岗900008")
    mine = data_of(other, id_number=holder.id_number, name=holder.name)
    assert refused(services.correct_post_certificate, other, mine, **own) == "register.own"


def test_revoked_nobody_enrols_confirms_or_pays_and_given_back_they_do(
    lingzhu: Any, in_tenant: Any, clerk: Any
) -> None:
    with in_tenant(lingzhu):
        enrolment = make_study(lingzhu, admitted=False).enrolment
        row = services.revoke_post_certificate(enrolment.post_certificate, reason="冒领", by=clerk, at=AT)
        assert (row.state, row.superseded_at) == ("revoked", AT)
        with pytest.raises(CannotEnrol) as error:
            services.admit(enrolment, by=clerk, at=AT)
        assert error.value.code == "enrolment.not_valid"
        services.restore_post_certificate(row, reason="查明无误", seen=1, by=clerk, at=AT)
        services.admit(enrolment, by=clerk, at=AT)
        services.revoke_post_certificate(row, reason="冒领", seen=2, by=clerk, at=AT)
        with pytest.raises(CannotEnrol):
            services.mark_paid(enrolment, by=clerk, at=AT)
        assert services.withdraw(enrolment, by=clerk, at=AT).admission == "withdrawn"
    kinds = PostCertificateChange.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["revoked", "restored", "revoked"]


def test_the_enrolment_keeps_its_position_and_its_holder(lingzhu: Any, in_tenant: Any, clerk: Any) -> None:
    with in_tenant(lingzhu):
        row = make_study(lingzhu).enrolment.post_certificate
    acting = {"reason": "录入有误", "by": clerk, "at": AT}
    for other, code in (
        ({"position": make_position("102", "装饰装修施工员")}, "position_in_use"),
        ({"id_number": people.make_user("何敏").id_number}, "holder_in_use"),
        ({"name": "何敏"}, "name_in_use"),
        ({"issued_on": date(2005, 1, 1)}, "issued_in_use"),
    ):
        assert refused(services.correct_post_certificate, row, data_of(row, **other), **acting) == f"register.{code}"
    services.correct_post_certificate(row, data_of(row, number="粤建岗 900077"), **acting)
    row.refresh_from_db()
    assert row.number == "粤建岗900077"


@pytest.mark.usefixtures("committed")
def test_of_two_clerks_at_the_same_moment_one_is_told_that_it_has_changed(association: Any) -> None:
    from django.db import connection

    clerks, holder = [people.make_user("谢敏仪"), people.make_user("何敏")], people.make_user("梁志强")
    row, told = entered(clerks[0], holder), []

    def correct(clerk: Any, name: str) -> None:
        try:
            services.correct_post_certificate(row, data_of(row, name=name), reason="更正", seen=0, by=clerk, at=AT)
            told.append("done")
        except CannotChangeRegister as error:
            told.append(error.refusal)
        finally:
            connection.close()

    threads = [Thread(target=correct, args=pair) for pair in zip(clerks, ("梁自强", "梁子强"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "stale"]
