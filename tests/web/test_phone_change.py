"""Change of phone: both numbers, a live face, or the association; and nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from tenants.accounts import codes, phones
from tenants.accounts.models import CodePurpose, KnownDevice, PhoneCode, SignedIn, User
from tenants.accounts.phones import Way
from tenants.audit.models import Entry
from tenants.messages.models import Sms
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import give_photos, staff_client

PAGE, NEW = "/my/security/phone/", "13900139000"


@pytest.fixture
def here(lingzhu: Any, trainee_client: Any) -> Any:
    return trainee_client(lingzhu)


def latest_code(phone: str) -> str:
    sms = next(sms for sms in Sms.objects.filter(holds_code=True).order_by("-id") if sms.phone == phone)
    return re.search(r"\d{6}", sms.text).group()


def told(phone: str, template: str) -> int:
    return sum(sms.phone == phone for sms in Sms.objects.filter(template=template))


def minute_later() -> None:
    """Codes asked for so far look a minute old."""
    from django.db.models import F

    PhoneCode.objects.update(created_at=F("created_at") - timedelta(seconds=61))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def prove_old(client: Any) -> None:
    assert client.post(f"{PAGE}old/", {"send": "1"}).headers["Location"] == f"{PAGE}old/"
    answer = client.post(f"{PAGE}old/", {"code": latest_code(client.user.phone)})
    assert answer.headers["Location"] == f"{PAGE}new/"


def ask_for_new(client: Any, phone: str = NEW) -> Any:
    return client.post(f"{PAGE}new/", {"phone": phone})


def current(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_with_both_numbers_the_phone_changes_and_other_devices_are_signed_out(here: Any, jiangxin: Any) -> None:
    other = people.signed_in(here.user, jiangxin)
    KnownDevice.objects.create(user=here.user, token_index="x", first_seen_at=now(), last_seen_at=now())
    old = here.user.phone
    prove_old(here)
    assert ask_for_new(here, "139 0013 9000").headers["Location"] == f"{PAGE}confirm/"
    page = here.get(f"{PAGE}confirm/").content.decode()
    assert "139****9000" in page
    assert NEW not in page
    done = here.post(f"{PAGE}confirm/", {"code": latest_code(NEW)}, follow=True)
    assert "手机号已更换" in text_of(done)
    user = current(here.user)
    assert user.phone == NEW
    assert user.phone_verified_at is not None
    assert here.get("/my/").status_code == 200
    assert other.get("/my/").status_code == 302
    assert SignedIn.objects.get(user=user, end=SignedIn.End.PHONE).institution == jiangxin
    assert not KnownDevice.objects.exists()
    assert (told(old, "phone_changed"), told(NEW, "phone_changed"), told(NEW, "phone_bound")) == (1, 0, 0)
    entry = Entry.objects.get(action="account.phone_changed")
    assert (entry.actor, entry.data) == (user, {"way": "both"})


def test_this_browser_stays_known(here: Any) -> None:
    from tenants.crypto import blind_index

    here.cookies["zx_device"] = "token-of-this-browser"
    for index in (blind_index("device", "token-of-this-browser"), "elsewhere"):
        KnownDevice.objects.create(user=here.user, token_index=index, first_seen_at=now(), last_seen_at=now())
    prove_old(here)
    ask_for_new(here)
    here.post(f"{PAGE}confirm/", {"code": latest_code(NEW)})
    assert [device.token_index for device in KnownDevice.objects.all()] == [
        blind_index("device", "token-of-this-browser")
    ]


@pytest.mark.parametrize("step", ["new/", "confirm/"])
def test_no_step_can_be_skipped(here: Any, step: str) -> None:
    for answer in (here.get(f"{PAGE}{step}"), here.post(f"{PAGE}{step}", {"phone": NEW, "code": "123456"})):
        assert answer.headers["Location"] == PAGE
    assert Sms.objects.count() == 0


def test_the_code_of_the_old_number_does_not_confirm_the_new_one(here: Any) -> None:
    prove_old(here)
    ask_for_new(here)
    answer = here.post(f"{PAGE}confirm/", {"code": latest_code(here.user.phone)})
    assert answer.status_code == 400
    assert current(here.user).phone == here.user.phone


def test_a_wrong_code_of_the_old_number_proves_nothing(here: Any) -> None:
    here.post(f"{PAGE}old/", {"send": "1"})
    wrong = f"{(int(latest_code(here.user.phone)) + 1) % 1_000_000:06d}"
    assert here.post(f"{PAGE}old/", {"code": wrong}).status_code == 400
    assert here.get(f"{PAGE}new/").headers["Location"] == PAGE


def test_the_proof_counts_for_ten_minutes(here: Any) -> None:
    prove_old(here)
    session = here.session
    session["phone_change"] = {**session["phone_change"], "at": (now() - timedelta(seconds=601)).isoformat()}
    session.save()
    assert ask_for_new(here).headers["Location"] == PAGE


def test_a_taken_number_is_told_only_after_its_code_was_right(here: Any) -> None:
    owner = people.make_user("别人")
    prove_old(here)
    assert ask_for_new(here, owner.phone).headers["Location"] == f"{PAGE}confirm/"
    assert "已绑定其他账号" not in text_of(here.get(f"{PAGE}confirm/"))
    answer = here.post(f"{PAGE}confirm/", {"code": latest_code(owner.phone)}, follow=True)
    assert "已绑定其他账号" in text_of(answer)
    assert current(here.user).phone == here.user.phone
    assert current(owner).phone == owner.phone


@pytest.mark.parametrize(
    ("typed", "sentence"), [("12345", "11"), ("", "请填写新手机号"), ("own", "这就是您账号现在的手机号")]
)
def test_a_number_that_cannot_be_is_refused_at_its_field_and_kept(here: Any, typed: str, sentence: str) -> None:
    prove_old(here)
    typed = here.user.phone if typed == "own" else typed
    answer = ask_for_new(here, typed)
    assert answer.status_code == 400
    assert sentence in answer.context["form"].errors["phone"][0]
    assert answer.context["form"]["phone"].value() == typed


def test_the_new_number_lies_sealed_in_the_session(here: Any) -> None:
    prove_old(here)
    ask_for_new(here)
    assert NEW not in str(here.session["phone_change"])


def test_codes_are_asked_for_once_a_minute_and_the_page_says_when(here: Any) -> None:
    here.post(f"{PAGE}old/", {"send": "1"})
    here.post(f"{PAGE}old/", {"send": "1"})
    assert PhoneCode.objects.count() == 1
    minute_later()
    here.post(f"{PAGE}old/", {"send": "1"})
    assert PhoneCode.objects.count() == 2


# --- by a live face check -------------------------------------------------------------------------------------------


@pytest.fixture
def with_profile(here: Any, lingzhu: Any, in_tenant: Any) -> Any:
    from proctoring import services

    with in_tenant(lingzhu):
        services.give_consent(here.user, lingzhu, by=here.user, at=now())
        profile = give_photos(here.user, lingzhu)
        from proctoring.models import FaceTemplate

        FaceTemplate.objects.create(profile=profile, institution=lingzhu, engine="dlib", vector=b"", made_at=now())
    return here


def checked(client: Any, institution: Any, in_tenant: Any, **how: Any) -> Any:
    """A camera session opened by the page, with a check that ended as `how` says."""
    from proctoring.models import CameraSession, LivenessAttempt

    uuid = client.post(f"{PAGE}camera/", headers={"accept": "application/json"}).json()["uuid"]
    ended = how.pop("ended_at", now())
    with in_tenant(institution):
        session = CameraSession.objects.get(uuid=uuid)
        LivenessAttempt.objects.create(
            session=session,
            institution=institution,
            actions=["left", "mouth", "nod"],
            started_at=ended - timedelta(seconds=9),
            ended_at=ended,
            **({"outcome": "liveness.passed", "engine": "dlib", "distance": 0.3} | how),
        )
    return session


def face_done(client: Any, session: Any) -> str:
    return client.post(f"{PAGE}face/done/", {"camera": str(session.uuid)}).headers["Location"]


def test_without_the_old_number_a_face_check_leads_to_the_new_one(
    with_profile: Any, lingzhu: Any, in_tenant: Any
) -> None:
    assert "去刷脸" in text_of(with_profile.get(PAGE))
    session = checked(with_profile, lingzhu, in_tenant)
    assert face_done(with_profile, session) == f"{PAGE}new/"
    ask_for_new(with_profile)
    with_profile.post(f"{PAGE}confirm/", {"code": latest_code(NEW)})
    assert current(with_profile.user).phone == NEW
    assert told(with_profile.user.phone, "phone_changed") == 1
    assert Entry.objects.get(action="account.phone_changed").data == {"way": "face"}


def test_a_face_check_counts_once(with_profile: Any, lingzhu: Any, in_tenant: Any) -> None:
    session = checked(with_profile, lingzhu, in_tenant)
    assert [face_done(with_profile, session) for _time in range(2)] == [f"{PAGE}new/", PAGE]


@pytest.mark.parametrize(
    "how",
    [
        {"outcome": "liveness.too_slow"},
        {"outcome": ""},
        {"distance": 0.46},
        {"distance": None},
        {"ended_at": now() - timedelta(seconds=601)},
    ],
    ids=["failed", "not ended", "only similar", "not compared", "too long ago"],
)
def test_a_check_that_does_not_prove_the_person_leads_back(
    with_profile: Any, lingzhu: Any, in_tenant: Any, how: dict[str, Any]
) -> None:
    session = checked(with_profile, lingzhu, in_tenant, **how)
    assert face_done(with_profile, session) == PAGE
    assert with_profile.get(f"{PAGE}new/").headers["Location"] == PAGE


def test_a_check_with_something_odd_in_it_does_not_change_a_phone(
    with_profile: Any, lingzhu: Any, in_tenant: Any
) -> None:
    from proctoring.models import Incident

    session = checked(with_profile, lingzhu, in_tenant)
    with in_tenant(lingzhu):
        Incident.objects.create(session=session, institution=lingzhu, kind="too_perfect", noted_at=now())
    assert face_done(with_profile, session) == PAGE


def test_a_check_made_for_studying_does_not_change_a_phone(with_profile: Any, lingzhu: Any, in_tenant: Any) -> None:
    from proctoring.models import CameraSession

    session = checked(with_profile, lingzhu, in_tenant)
    with in_tenant(lingzhu):
        CameraSession.objects.filter(pk=session.pk).update(purpose="study")
    assert face_done(with_profile, session) == PAGE


def test_a_check_of_another_browser_or_person_does_not_count(with_profile: Any, lingzhu: Any, in_tenant: Any) -> None:
    session = checked(with_profile, lingzhu, in_tenant)
    browser = people.signed_in(with_profile.user, lingzhu)
    stranger = people.signed_in(people.make_user("别人"), lingzhu)
    assert face_done(browser, session) == PAGE
    assert face_done(stranger, session) == PAGE
    assert face_done(with_profile, session) == f"{PAGE}new/"


def test_without_confirmed_photos_the_page_names_the_association(here: Any) -> None:
    text = text_of(here.get(PAGE))
    assert "去刷脸" not in text
    assert "请携带身份证到协会办理" in text
    assert here.get(f"{PAGE}face/").headers["Location"] == PAGE
    answer = here.post(f"{PAGE}camera/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "profile.incomplete")


# --- by the association ---------------------------------------------------------------------------------------------


@pytest.fixture
def chief(association: Any) -> Any:
    return staff_client(association, Role.SUPERADMIN, "郭守正")


def person_page(user: User) -> str:
    return f"/admin/console/people/{user.uuid}/"


FORM = {"phone": NEW, "again": NEW, "reason": "原号码已注销，本人持身份证到场"}


def test_the_association_changes_a_lost_phone_for_a_reason(chief: Any, here: Any) -> None:
    old = here.user.phone
    assert chief.post(person_page(here.user), FORM).status_code == 302
    user = current(here.user)
    assert (user.phone, user.phone_verified_at) == (NEW, None)
    assert here.get("/my/").status_code == 302
    assert (told(old, "phone_changed"), told(NEW, "phone_bound")) == (1, 1)
    entry = Entry.objects.get(action="account.phone_changed")
    assert (entry.actor, entry.data["way"], entry.data["reason"]) == (chief.user, "association", FORM["reason"])
    assert NEW not in str(entry.data)


def test_the_first_right_code_verifies_the_number_the_association_typed(here: Any) -> None:
    phones.change_phone(here.user, NEW, way=Way.ASSOCIATION, by=None, institution=None, at=now())
    phones.note_answered(current(here.user), at=now())
    assert current(here.user).phone_verified_at is not None


def test_of_two_accounts_with_one_typed_number_only_the_first_that_answers_has_it(here: Any) -> None:
    other = people.make_user("别人")
    for user in (here.user, other):
        phones.change_phone(user, NEW, way=Way.ASSOCIATION, by=None, institution=None, at=now())
    for user in (other, here.user):
        phones.note_answered(current(user), at=now())
    assert current(other).phone_verified_at is not None
    assert current(here.user).phone_verified_at is None


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({**FORM, "reason": "急"}, "reason"),
        ({**FORM, "again": "13900139001"}, "again"),
        ({**FORM, "phone": "12345"}, "phone"),
        ({**FORM, "reason": ""}, "reason"),
    ],
)
def test_a_form_without_reason_or_with_a_slip_changes_nothing(
    chief: Any, here: Any, form: dict[str, str], field: str
) -> None:
    answer = chief.post(person_page(here.user), form)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {field}
    assert current(here.user).phone == here.user.phone
    assert here.get("/my/").status_code == 200


def test_a_verified_number_of_somebody_else_is_refused(chief: Any, here: Any) -> None:
    owner = people.make_user("别人")
    answer = chief.post(person_page(here.user), {**FORM, "phone": owner.phone, "again": owner.phone})
    assert answer.status_code == 400
    assert "已绑定其他账号" in answer.context["form"].errors["phone"][0]


def test_nobody_changes_their_own_number_by_the_console(chief: Any) -> None:
    answer = chief.post(person_page(chief.user), FORM)
    assert answer.status_code == 400
    assert current(chief.user).phone == chief.user.phone


def test_a_person_is_found_by_number_or_by_name_and_phone_and_shown_masked(chief: Any, here: Any) -> None:
    user = here.user
    for form in ({"number": user.id_number}, {"name": user.name, "phone": user.phone}):
        page = chief.post("/admin/console/people/", form).content.decode()
        assert person_page(user) in page
        assert user.id_number not in page.replace(f'value="{user.id_number}"', "")
        assert f"{user.phone[:3]}****{user.phone[-4:]}" in page
    assert Entry.objects.filter(action="account.searched", subject_id=str(user.uuid)).count() == 2


@pytest.mark.parametrize("form", [{"name": "陈志强"}, {"phone": "13800000001"}, {}])
def test_half_of_what_is_known_finds_nobody(chief: Any, here: Any, form: dict[str, str]) -> None:
    answer = chief.post("/admin/console/people/", form)
    assert answer.status_code == 400
    assert str(here.user.uuid) not in answer.content.decode()


def test_a_name_that_does_not_fit_the_phone_finds_nobody(chief: Any, here: Any) -> None:
    page = chief.post("/admin/console/people/", {"name": "王小明", "phone": here.user.phone}).content.decode()
    assert str(here.user.uuid) not in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.HOURS_REVIEWER, Role.CERTIFICATE_CLERK, Role.QUESTION_EDITOR])
def test_other_roles_of_the_association_cannot_change_a_phone(association: Any, here: Any, role: Role) -> None:
    client = staff_client(association, role, "罗文")
    assert client.post(person_page(here.user), FORM).status_code == 403
    assert current(here.user).phone == here.user.phone


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REGISTRAR, Role.EDITOR, Role.VIEWER])
def test_staff_of_an_institution_can_do_none_of_it(lingzhu: Any, here: Any, role: Role) -> None:
    client = staff_client(lingzhu, role)
    assert client.get("/admin/console/people/").status_code == 404
    assert client.post("/admin/console/people/", {"number": here.user.id_number}).status_code == 404
    assert client.post(person_page(here.user), FORM).status_code == 404
    # Their own centre changes their own phone, whatever else the request names.
    client.post(f"{PAGE}new/", {"phone": NEW, "user": str(here.user.uuid)})
    assert current(here.user).phone == here.user.phone
    assert here.get("/my/").status_code == 200


def test_a_code_to_a_number_that_is_no_longer_theirs_is_void(here: Any) -> None:
    at = now()
    codes.send_code(here.user, CodePurpose.SIGN_IN, institution=None, address="", at=at)
    digits = latest_code(here.user.phone)
    phones.change_phone(here.user, NEW, way=Way.BOTH, by=here.user, institution=None, at=at)
    with pytest.raises(codes.WrongCode):
        codes.check_code(current(here.user), CodePurpose.SIGN_IN, digits, at=at)
