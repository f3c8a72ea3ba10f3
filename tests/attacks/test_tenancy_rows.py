"""THREATS "Tenancy", word by word; cookies, superusers, tasks and whole URLconfs stand in the files beside this one.

Routes with foreign ids: tests/unit/guards/test_routes.py · sockets: test_consumers.py · tasks: test_tasks.py.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.test import Client

from tenants.roles.roles import Role
from tests.support import pages, people
from tests.support.guard_world import set_apart
from tests.support.staff import picture, staff_client

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
SECRET = "机密内部方案"


@pytest.fixture
def there(jiangxin, in_tenant):
    """Pages, a picture and a document of another institution, whose ids exist there only."""
    from wagtail.documents.models import Document
    from wagtail.images.models import Image
    from wagtail.models import Page

    set_apart("jiangxin", 700_000)
    with in_tenant(jiangxin):
        home = pages.seed(jiangxin)
        page = home.get_children().first()
        page.title = SECRET
        page.specific.save_revision(log_action=True)
        Page.objects.filter(pk=page.pk).update(title=SECRET, draft_title=SECRET)
        shown = Image.objects.create(title=SECRET, file=ImageFile(BytesIO(picture()), name="plan.jpg"))
        rendition = shown.get_rendition("width-100")
        paper = Document.objects.create(title=SECRET, file=ContentFile(SECRET.encode(), name="plan.txt"))
    return {"page": page.pk, "image": shown.pk, "document": paper.pk, "file": rendition.file.name}


@pytest.fixture
def editor(lingzhu):
    pages.seed(lingzhu)
    return staff_client(lingzhu, Role.EDITOR)


def test_what_one_institution_caches_no_other_reads(lingzhu, jiangxin, in_tenant):
    with in_tenant(lingzhu):
        cache.set("greeting", "岭筑")
        assert cache.get("greeting") == "岭筑"
    with in_tenant(jiangxin):
        assert cache.get("greeting") is None
        cache.set("greeting", "匠心")
    with in_tenant(lingzhu):
        assert cache.get("greeting") == "岭筑"


def test_the_cache_of_the_province_is_used_by_those_we_know_only():
    """It is one for all hosts: nothing about an institution may lie in it."""
    known = {
        "tenants/accounts/lockout.py",
        "cms/console/views/opening.py",
        "proctoring/likeness.py",  # that a rebuild was asked for, by a number that is one in the province
        "proctoring/lookalikes.py",  # that a search was asked for, and how many persons the province stores
    }
    found = {
        str(path.relative_to(ROOT))
        for top in ("tenants", "proctoring", "learning", "exams", "certs", "cms")
        for path in (ROOT / top).rglob("*.py")
        if 'caches["province"]' in path.read_text(encoding="utf-8")
    }
    assert found == known
    caches["province"].set("of", "all")
    assert caches["province"].get("of") == "all"


def test_channel_groups_are_named_by_a_number_that_is_one_in_the_province():
    """A name like "class.5" would be one of every institution."""
    found = []
    for top in ("tenants", "proctoring", "learning", "exams", "certs", "cms"):
        for path in (ROOT / top).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found += re.findall(r'f"([a-z]+)\.\{[\w.]*(uuid\.hex|user_id|\.pk|\.id)\}"', text)
    assert found
    assert {kind for _name, kind in found} == {"uuid.hex"}


@pytest.mark.parametrize("host", ["lingzhu.test", "LINGZHU.TEST", "lingzhu.test:8000"])
def test_a_host_is_the_same_in_capitals_and_with_a_port(lingzhu, host):
    assert Client(headers={"host": host}).get("/signin/").status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "lingzhu.test.evil.example",
        "evil.example",
        "lingzhu.test@evil.example",
        "lingzhu.test,jiangxin.test",
        "",
        "127.0.0.1",
    ],
)
@pytest.mark.parametrize("header", ["x-forwarded-host", "x-original-host", "forwarded"])
def test_no_other_host_and_no_other_header_leads_to_an_institution(lingzhu, association, host, header):
    answer = Client(headers={"host": host or "nobody.example", header: lingzhu.host}).get("/signin/")
    assert answer.status_code in {400, 404}
    assert lingzhu.name not in answer.content.decode()
    assert association.name not in answer.content.decode()


def test_a_picture_of_another_institution_is_not_served(there, lingzhu, jiangxin):
    own = f"/media/sites/jiangxin/{there['file']}"
    assert Client(headers={"host": jiangxin.host}).get(own).status_code == 200
    for host in (lingzhu.host, "localhost"):
        assert Client(headers={"host": host}).get(own).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../../jiangxin/original_images/plan.jpg", "..%2f..%2fjiangxin%2foriginal_images%2fplan.jpg",
        "....//....//jiangxin/original_images/plan.jpg", "%2e%2e/%2e%2e/jiangxin/original_images/plan.jpg",
        "/etc/passwd", "a.jpg%00.txt",
    ],
)  # fmt: skip
def test_a_path_out_of_ones_own_folder_is_a_404(there, lingzhu, name):
    assert Client(headers={"host": lingzhu.host}).get(f"/media/sites/lingzhu/images/{name}").status_code in {400, 404}


def test_a_document_of_another_institution_is_not_served(there, lingzhu, editor):
    for client in (Client(headers={"host": lingzhu.host}), editor):
        assert client.get(f"/documents/{there['document']}/plan.txt").status_code == 404


def test_private_files_lie_where_no_address_leads(lingzhu):
    assert not Path(settings.PRIVATE_ROOT).is_relative_to(settings.MEDIA_ROOT)
    for address in ("/private/", "/media/../private/a", "/media/sites/lingzhu/../../../private/a.jpg"):
        assert Client(headers={"host": lingzhu.host}).get(address).status_code in {400, 404}


@pytest.mark.parametrize(
    "address",
    [
        "/admin/choose-page/", "/admin/choose-page/{page}/", "/admin/choose-page/search/?q=机密",
        "/admin/images/chooser/", "/admin/images/chooser/?q=机密", "/admin/images/chooser/chosen/{image}/",
        "/admin/documents/chooser/", "/admin/documents/chooser/chosen/{document}/",
        "/admin/pages/{page}/history/", "/admin/pages/{page}/revisions/", "/admin/pages/{page}/usage/",
        "/admin/reports/site-history/", "/admin/reports/page-types-usage/", "/admin/pages/search/?q=机密",
        "/admin/images/{image}/", "/admin/images/?q=机密", "/admin/documents/edit/{document}/",
        "/admin/api/main/pages/", "/admin/api/main/pages/{page}/", "/admin/api/main/images/{image}/",
    ],
)  # fmt: skip
def test_choosers_history_reports_and_api_of_wagtail_show_the_own_schema_only(there, editor, address):
    answer = editor.get(address.format(**there))
    assert answer.status_code in {200, 302, 403, 404}
    assert SECRET not in answer.content.decode()
    if "{" in address:
        assert answer.status_code != 200


@pytest.mark.parametrize("action", ["delete", "move", "publish", "unpublish"])
def test_a_bulk_action_on_pages_of_another_schema_finds_none(there, editor, jiangxin, in_tenant, action):
    from wagtail.models import Page

    answer = editor.post(f"/admin/bulk/wagtailcore/page/{action}/?id={there['page']}")
    assert answer.status_code in {302, 403, 404}
    with in_tenant(jiangxin):
        assert Page.objects.get(pk=there["page"]).live is True


@pytest.mark.parametrize(
    "model",
    [
        "accounts/user",
        "auth/group",
        "outbox/sms",
        "audit/entry",
        "tenants/institution",
        "learning/enrolment",
        "roles/groupmembership",
    ],
)
@pytest.mark.parametrize("action", ["delete", "assign_role", "set_active_state"])
def test_no_bulk_action_exists_for_people_and_business_rows_even_for_the_superadmin(association, model, action):
    from tenants.accounts.models import User

    victim = people.make_user("钱多")
    chief = people.signed_in(people.make_user("总管", is_superuser=True), association, second_factor=True)
    assert chief.post(f"/admin/bulk/{model}/{action}/?id=all&id={victim.pk}").status_code == 404
    assert User.objects.filter(pk=victim.pk, is_active=True).exists()


@pytest.mark.parametrize(
    "address", ["/admin/users/", "/admin/users/new/", "/admin/groups/", "/admin/groups/new/", "/admin/password_reset/"]
)
def test_wagtails_screens_for_people_and_groups_do_not_exist_for_anybody(lingzhu, association, address):
    chief = people.signed_in(people.make_user("总管", is_superuser=True), association, second_factor=True)
    assert chief.get(address).status_code == 404
    assert staff_client(lingzhu, Role.MANAGER).get(address).status_code == 404


def test_there_is_no_public_api(lingzhu):
    for address in ("/api/", "/api/v2/pages/", "/api/v2/images/"):
        assert Client(headers={"host": lingzhu.host}).get(address).status_code == 404
