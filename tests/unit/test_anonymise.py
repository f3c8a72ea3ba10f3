"""Closing an account and what is left of a person when the retention is over."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from tests.support import people
from tests.support.certified import make_finished
from tests.support.staff import DONE_AT, give_photos, make_case

AT = people.BEFORE + timedelta(days=100)


def closed(user: Any, *, at: Any = AT) -> Any:
    """Ask, let the days go by, close."""
    from tenants.accounts import closing

    closing.ask_closing(user, by=user, at=at)
    assert closing.close_due(at=at + timedelta(days=7)) == 1
    user.refresh_from_db()
    return user


def test_nothing_happens_before_the_days_are_over_and_then_nobody_signs_in(make_user: Any) -> None:
    from tenants.accounts import closing
    from tenants.messages.models import Sms

    user = make_user()
    phone = user.phone
    closing.ask_closing(user, by=user, at=AT)
    assert closing.close_due(at=AT + timedelta(days=6, hours=23)) == 0
    user.refresh_from_db()
    assert (user.is_active, user.closed_at) == (True, None)
    assert closing.close_due(at=AT + timedelta(days=7)) == 1
    assert closing.close_due(at=AT + timedelta(days=8)) == 0
    user.refresh_from_db()
    assert (user.is_active, user.closed_at, user.phone) == (False, AT + timedelta(days=7), None)
    assert not user.has_usable_password()
    told = [(sms.template, sms.phone) for sms in Sms.objects.filter(user=user).order_by("id")]
    assert told == [("account_closing", phone), ("account_closed", phone)]
    again = make_user("何敏")
    again.set_phone(phone)
    again.save()


def test_signing_in_keeps_the_account(make_user: Any, lingzhu: Any) -> None:
    from tenants.accounts import closing
    from tenants.accounts.models import DataRequest
    from tenants.audit.models import Entry

    user = make_user()
    closing.ask_closing(user, by=user, at=AT)
    people.signed_in(user, lingzhu)
    assert closing.close_due(at=AT + timedelta(days=30)) == 0
    assert DataRequest.objects.get(user=user).state == "withdrawn"
    assert Entry.objects.filter(action="account.kept", actor=user).count() == 1


def test_a_member_of_staff_cannot_close_before_the_role_has_ended(make_user: Any, lingzhu: Any, in_tenant: Any) -> None:
    from tenants.accounts import closing
    from tenants.roles.roles import Role
    from tenants.roles.services import grant_role

    user = make_user()
    with in_tenant(lingzhu):
        grant_role(user, Role.REGISTRAR, by=None, at=AT)
    with pytest.raises(closing.WorksHere):
        closing.ask_closing(user, by=user, at=AT)


def test_closing_deletes_the_photos_at_every_institution(
    make_user: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from django.core.files.storage import storages

    from proctoring.models import Consent, FacePhoto
    from proctoring.services import give_consent
    from tenants.scopes import province_scope

    user = make_user()
    for institution in (lingzhu, jiangxin):
        with in_tenant(institution):
            give_consent(user, institution, by=user, at=AT)
            give_photos(user, institution)
    with province_scope():
        names = list(FacePhoto.objects.values_list("frame", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        closed(user)
    assert len(names) == 4
    assert not any(storages["private"].exists(name) for name in names)
    with province_scope():
        assert Consent.objects.filter(user=user, withdrawn_at=None).count() == 0
        assert {bytes(photo.vectors) for photo in FacePhoto.objects.all()} == {b""}


def test_only_long_closed_accounts_are_due_and_the_dry_run_changes_nothing(make_user: Any) -> None:
    from django.core.management import call_command

    from tenants.accounts.anonymise import count_due

    user = closed(make_user())
    make_user("何敏")
    over = AT + timedelta(days=7 + 180)
    assert count_due(at=over - timedelta(seconds=1)).people == 0
    due = count_due(at=over)
    assert (due.people, due.messages, due.requests) == (1, 2, 1)
    out = StringIO()
    call_command("anonymise_due", "--dry-run", stdout=out)
    assert "dry run: nothing was changed" in out.getvalue()
    user.refresh_from_db()
    assert (user.name, user.anonymised_at) == ("陈志强", None)


def test_nothing_names_the_person_any_more_and_the_number_is_free(make_user: Any, lingzhu: Any, in_tenant: Any) -> None:
    from tenants.accounts import anonymise
    from tenants.accounts.models import KnownDevice, SignedIn, User
    from tenants.accounts.services import pre_register
    from tenants.audit.models import Entry
    from tenants.messages.models import Sms

    user = make_user(email="chen@example.com")
    people.signed_in(user, lingzhu)
    KnownDevice.objects.create(user=user, token_index="1", first_seen_at=AT, last_seen_at=AT)
    with in_tenant(lingzhu):
        study = make_finished(lingzhu, user=user)
    number, index = user.id_number, user.id_number_index
    closed(user)
    over = AT + timedelta(days=7 + 180)
    assert anonymise.anonymise_due(at=over) == 1
    assert anonymise.anonymise_due(at=over) == 0
    user = User.objects.get(pk=user.pk)
    assert (user.name, user.id_number, user.phone, user.email, user.gender) == ("已注销", "", None, "", "")
    assert (user.name_pinyin, user.anonymised_at) == ("yizhuxiao", over)
    assert user.id_number_index != index
    assert len(user.id_number_index) == 64
    assert SignedIn.objects.filter(user=user).count() == KnownDevice.objects.filter(user=user).count() == 0
    assert {(sms.phone, sms.text) for sms in Sms.objects.filter(user=user)} == {("", "")}
    with in_tenant(lingzhu):
        study.enrolment.refresh_from_db()
        assert (study.enrolment.user_id, study.enrolment.hours_state) == (user.pk, "approved")
    assert Entry.objects.filter(action="account.anonymised", subject_id=str(user.uuid)).count() == 1
    anew = pre_register(id_number=number, name="陈志强", phone=None, by=None, institution=lingzhu, at=over)
    assert (anew.pk != user.pk, anew.id_number) == (True, number)


def test_nothing_of_the_application_stays_on_an_enrolment_of_nobody(
    make_user: Any, lingzhu: Any, in_tenant: Any
) -> None:
    from tenants.accounts import anonymise

    user = make_user()
    with in_tenant(lingzhu):
        enrolment = make_finished(lingzhu, user=user).enrolment
        enrolment.phone, enrolment.invoice_title, enrolment.receipt_number = "13900001111", "陈志强", "NO-77"
        enrolment.save(update_fields=["phone", "invoice_title", "receipt_number"])
    closed(user)
    assert anonymise.anonymise_due(at=AT + timedelta(days=7 + 180)) == 1
    with in_tenant(lingzhu):
        enrolment.refresh_from_db()
    assert (enrolment.phone, enrolment.invoice_title, enrolment.receipt_number) == (None, "", "NO-77")


def test_a_closed_account_is_not_enrolled_before_its_number_is_free(make_user: Any, lingzhu: Any) -> None:
    from tenants.accounts.services import IdentityConflict, pre_register

    user = closed(make_user())
    with pytest.raises(IdentityConflict):
        pre_register(id_number=user.id_number, name=user.name, phone=None, by=None, institution=lingzhu, at=AT)


def test_an_open_account_is_never_anonymised(make_user: Any) -> None:
    from tenants.accounts import anonymise

    with pytest.raises(anonymise.StillOpen):
        anonymise.anonymise(make_user(), by=None, at=AT)


def test_pictures_of_study_go_six_months_after_the_review(lingzhu: Any, in_tenant: Any, make_user: Any) -> None:
    from learning.review.retention import due_evidence, erase_evidence
    from learning.review.services import approve_hours
    from proctoring.models import Snapshot
    from tenants.audit.models import Entry

    with in_tenant(lingzhu):
        case = make_case(lingzhu)
        years_later = DONE_AT + timedelta(days=3000)
        assert due_evidence("snapshot", at=years_later) == [], "it waits for its review"
        approve_hours(case, by=make_user("冯洁"), at=DONE_AT)
        shot = Snapshot.objects.get()
    assert due_evidence("snapshot", at=DONE_AT + timedelta(days=182)) == []
    assert erase_evidence(at=DONE_AT + timedelta(days=183)) == 1
    assert erase_evidence(at=DONE_AT + timedelta(days=184)) == 0
    with in_tenant(lingzhu):
        assert list(Snapshot.objects.values_list("frame", "outcome")) == [("", "match")]
    gone = Entry.objects.get(action="face_evidence.erased")
    proved = hashlib.sha256(str(shot.uuid).encode()).hexdigest()
    assert gone.institution == lingzhu
    assert gone.data == {
        "why": "retention", "kind": "snapshot", "days": 183, "pictures": 1, "first": shot.taken_at.isoformat(),
        "last": shot.taken_at.isoformat(), "rows_sha256": proved,
    }  # fmt: skip


def test_each_kind_of_evidence_has_its_own_time_and_a_dry_run_deletes_nothing(
    lingzhu: Any, in_tenant: Any, make_user: Any
) -> None:
    from django.core.management import call_command

    from learning.review.retention import DueEvidence, count_evidence, erase_evidence
    from learning.review.services import approve_hours
    from proctoring import vault
    from proctoring.models import CameraSession, LivenessAttempt, Snapshot
    from tenants.rulesets.services import publish_ruleset

    values = {"retention": {"check_pictures_days": 30, "camera_measures_days": 60}}
    publish_ruleset(name="short", values=values, in_force_from=people.BEFORE, by=None, at=people.BEFORE)
    with in_tenant(lingzhu):
        case = make_case(lingzhu)
        check = LivenessAttempt.objects.get()
        check.frame, check.thumb = vault.put(check, b"whole"), vault.put(check, b"small", field="thumb")
        check.series, check.mark = {"ms": [0, 100], "turn": [0.0, 0.1]}, b"mark"
        check.save()
        CameraSession.objects.update(camera_label="HD Camera", user_agent="Firefox")
        approve_hours(case, by=make_user("冯洁"), at=DONE_AT)

    def due(days: int) -> DueEvidence:
        return count_evidence(at=DONE_AT + timedelta(days=days))

    assert [due(29), due(30), due(60), due(183)] == [
        DueEvidence(0, 0, 0), DueEvidence(0, 1, 0), DueEvidence(0, 1, 1), DueEvidence(1, 1, 1)
    ]  # fmt: skip
    out = StringIO()
    call_command("anonymise_due", "--dry-run", stdout=out)
    assert "dry run: nothing was changed" in out.getvalue()
    assert erase_evidence(at=DONE_AT + timedelta(days=60)) == 1
    with in_tenant(lingzhu):
        check.refresh_from_db()
        assert (check.frame, check.thumb, check.mark, check.series, check.outcome) == (
            "", "", None, {}, "liveness.passed",
        )  # fmt: skip
        assert list(CameraSession.objects.values_list("camera_label", "user_agent", "ip")) == [("", "", None)]
        assert Snapshot.objects.get().frame != ""


def test_study_of_a_closed_account_has_nothing_left_to_prove(lingzhu: Any, in_tenant: Any) -> None:
    from learning.models import Enrolment
    from learning.review.models import HoursReview
    from learning.review.retention import due_evidence

    with in_tenant(lingzhu):
        case = make_case(lingzhu)
        user = case.enrolment.user
        HoursReview.objects.all().delete()
        Enrolment.objects.filter(pk=case.enrolment_id).update(hours_state="studying")
    assert due_evidence("snapshot", at=DONE_AT + timedelta(days=100)) == []
    closed(user, at=DONE_AT)
    assert len(due_evidence("snapshot", at=DONE_AT + timedelta(days=100))) == 1


def test_a_certificate_is_an_archive_for_its_years_and_then_a_number(
    lingzhu: Any, in_tenant: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from certs.models import HoursCertificate
    from certs.pdf.facts import HoursFacts
    from certs.services import issue_hours_certificate
    from certs.services.retention import due_archives, strip_archives
    from certs.verification import by_token
    from tenants.accounts.anonymise import anonymise_due

    with in_tenant(lingzhu):
        study = make_finished(lingzhu)
        issue_hours_certificate(study.enrolment, at=AT, by=None)
        token = HoursCertificate.objects.get().token
    closed(study.user)
    anonymise_due(at=AT + timedelta(days=200))
    assert by_token(token).name == "陈*强"
    assert due_archives(at=AT + timedelta(days=6 * 365)) == 0
    after = AT + timedelta(days=6 * 366)
    with django_capture_on_commit_callbacks(execute=True):
        assert strip_archives(at=after) == 1
    assert strip_archives(at=after) == 0
    with in_tenant(lingzhu):
        document = HoursCertificate.objects.get()
    facts = HoursFacts.from_json(document.facts)
    assert (facts.name, facts.id_number, facts.number) == ("已注销", "", document.number)
    assert (document.photo, document.pdf) == ("", "")
    assert by_token(token).number == document.number
