"""One face in two accounts: noted for the association, of nobody else's concern, blocking nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.cameraman import confirmed_profile
from tests.tools.clips import clips_of

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def obama(cache_folder):
    return clips_of(FACES / "obama.jpg", cache_folder)


@pytest.fixture
def biden(cache_folder):
    return clips_of(FACES / "biden.jpg", cache_folder)


@pytest.fixture
def enrol(in_tenant, make_user):
    """`enrol(institution, clips, user)` → the confirmed profile."""
    clerk = make_user("何敏")

    def give(institution, clips, user):
        with in_tenant(institution):
            return confirmed_profile(user, institution, clips, at=AT, clerk=clerk)

    return give


@pytest.fixture
def twins(enrol, lingzhu, jiangxin, make_user, obama, biden):
    """Two accounts of one face at two institutions, a third person, and the first account at both."""
    from proctoring import lookalikes

    one, other = make_user("钟强"), make_user("钟勇")
    enrol(lingzhu, obama, one)
    enrol(jiangxin, obama, one)
    enrol(jiangxin, obama, other)
    enrol(lingzhu, biden, make_user("李梅"))
    assert lookalikes.search_new(at=AT) == 1
    return one, other


def test_one_face_in_two_accounts_is_noted_once_and_one_person_at_two_institutions_is_not(twins):
    from proctoring import lookalikes
    from proctoring.models import Lookalike
    from tenants.audit.models import Entry

    pair = Lookalike.objects.get()
    assert {pair.first.user, pair.second.user} == set(twins)
    assert pair.distance < 0.05
    assert list(Entry.objects.filter(action="lookalike.noted").values_list("institution", flat=True)) == [None]
    assert lookalikes.search_new(at=AT + timedelta(hours=1)) == 0


def test_nothing_is_blocked_by_it(twins, lingzhu, in_tenant):
    from proctoring import queries, services

    with in_tenant(lingzhu):
        assert queries.missing_steps(twins[0]) == []
        assert services.open_camera_session(twins[0], lingzhu, "study", at=AT)


def test_the_association_decides_and_the_pair_does_not_come_again(twins, make_user):
    from proctoring import lookalikes
    from proctoring.errors import AlreadyDecided, CannotDecide
    from proctoring.models import FaceTemplate, Lookalike
    from tenants.scopes import province_scope

    pair, reviewer = Lookalike.objects.get(), make_user("赵敏")
    with pytest.raises(CannotDecide):
        lookalikes.decide(pair, one_person=False, reason="双胞胎", by=twins[0], at=AT)
    decided = lookalikes.decide(pair, one_person=False, reason="双胞胎，已核对身份证", by=reviewer, at=AT)
    assert (decided.state, decided.decided_by) == ("two_people", reviewer)
    with pytest.raises(AlreadyDecided):
        lookalikes.decide(pair, one_person=True, reason="不", by=reviewer, at=AT)
    with province_scope():
        FaceTemplate.objects.update(compared_at=None)
    assert lookalikes.search_new(at=AT) == 0
    assert Lookalike.objects.get().state == "two_people"


def test_when_the_photos_are_erased_an_open_pair_goes_with_them(twins, jiangxin, in_tenant):
    from proctoring.erasure import erase_face_data
    from proctoring.models import Lookalike

    with in_tenant(jiangxin):
        erase_face_data(twins[1], jiangxin, why="account_closed", by=None, at=AT)
    assert not Lookalike.objects.exists()


def test_a_template_that_does_not_open_costs_only_itself(twins):
    from django.db import connection

    from proctoring import lookalikes
    from proctoring.models import FaceTemplate, Lookalike
    from tenants.scopes import province_scope

    Lookalike.objects.all().delete()
    with province_scope():
        FaceTemplate.objects.update(compared_at=None)
        broken = FaceTemplate.objects.order_by("pk").last()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE proctoring_facetemplate SET vector = 'x' WHERE id = %s", [broken.pk])
    assert lookalikes.search_new(at=AT) == 1


def test_people_are_counted_once_and_the_alarm_comes_before_the_law(twins, settings):
    import structlog

    from proctoring import lookalikes
    from tenants.rulesets.services import publish_ruleset

    assert lookalikes.persons_stored() == 3
    with structlog.testing.capture_logs() as quiet:
        lookalikes.warn_of_filing(at=AT)
    publish_ruleset(name="三人", values={"proctoring": {"persons_alarm": 3}}, in_force_from=AT, by=None, at=AT)
    with structlog.testing.capture_logs() as loud:
        assert lookalikes.warn_of_filing(at=AT) == 3
    assert (quiet, [(line["event"], line["persons"]) for line in loud]) == ([], [("faces.filing_due", 3)])
