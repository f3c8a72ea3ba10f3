"""Who may open which of our staff screens: one table, compared with what the screens answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from tenants.roles.roles import ASSOCIATION_ROLES, INSTITUTION_ROLES
from tests.support.guard_routes import Route, routes_of
from tests.support.guard_walk import has_row, missing, words_of
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
FEW = 8  # words tried for what is no id (a list's name, a step): the role decides before any of them

# Screens without an id → the roles that may open them; a screen that is not here fails.
DESK = {
    "desk:profiles": "manager registrar",
    "desk:enrolments": "manager registrar viewer",
    "desk:enrolments_find": "manager registrar viewer",
    "desk:enrol": "manager registrar",
    "desk:imports": "manager registrar",
    "desk:classes": "manager registrar viewer",
    "desk:class_new": "manager registrar",
    "desk:claims": "manager registrar viewer",
    "desk:claim_new": "manager registrar",
    "desk:classroom": "manager registrar viewer",
    "desk:exports": "manager editor registrar viewer",  # one's own files
    "desk:staff": "manager",
    "desk:pages": "manager editor",
    "desk:brand": "manager",
    "desk:brand_preview": "manager",
    "desk:logo": "manager",
    "desk:footer": "manager",
    "desk:support": "manager",
    "zx_hue_css": "manager editor registrar viewer",
}
CONSOLE = {
    "console:queue": "superadmin hours_reviewer auditor",
    "console:lookalikes": "superadmin hours_reviewer auditor",
    "console:exam_looks": "superadmin hours_reviewer auditor",
    "console:institutions": "superadmin auditor",
    "console:institution_open": "superadmin",
    "console:institution_open_progress": "superadmin",
    "console:institution_open_preview": "superadmin",
    "console:institution_open_logo": "",  # 404 until a logo was chosen in the wizard
    "console:institution_open_drop": "superadmin",
    "console:applications": "superadmin auditor",
    "console:rules": "superadmin hours_reviewer question_editor certificate_clerk auditor",
    "console:messages": "superadmin auditor",
    "console:courses": "superadmin question_editor auditor",
    "console:video_uploads": "superadmin question_editor auditor",
    "console:video_upload_begin": "superadmin question_editor",
    "console:plans": "superadmin question_editor auditor",
    "console:plan_draft": "superadmin question_editor",
    "console:imports": "superadmin question_editor certificate_clerk",
    "console:questions": "superadmin question_editor auditor",
    "console:post_certificates": "superadmin certificate_clerk auditor",
    "console:post_certificate_new": "superadmin certificate_clerk",
    "console:certificate_claims": "superadmin certificate_clerk auditor",
    "console:uploads": "superadmin certificate_clerk auditor",
    "console:appraisals": "superadmin certificate_clerk auditor",
    "console:appraisal_add": "superadmin certificate_clerk",
    "console:experts": "superadmin certificate_clerk auditor",
    "console:expert_add": "superadmin certificate_clerk",
    "console:data_requests": "superadmin certificate_clerk auditor",
    "console:audit": "superadmin auditor",
    "console:exports": "superadmin hours_reviewer question_editor certificate_clerk auditor",  # one's own files
    "console:people": "superadmin auditor",
    "console:faces": "superadmin auditor",
    "console:brand": "superadmin",
    "console:brand_preview": "superadmin",
    "console:logo": "superadmin",
    "console:footer": "superadmin",
    "console:contact": "superadmin",
    "console:staff": "superadmin",
    "console:second_factor_reset": "superadmin",
    "zx_hue_css": "superadmin hours_reviewer question_editor certificate_clerk auditor",
}

# Addresses with an id or a word → the roles that may ask for a row there, to look or to change it.
DESK_ROWS = {
    "desk:import_new": "manager registrar",
    "desk:import_template": "manager registrar",
    "desk:import": "manager registrar",
    "desk:import_status": "manager registrar",
    "desk:import_act": "manager registrar",
    "desk:import_errors": "manager registrar",
    "desk:profile": "manager registrar",
    "desk:limits": "manager registrar",
    "desk:enrolment_scan": "manager registrar",
    "desk:enrolment_step": "manager registrar",
    "desk:enrolment": "manager registrar viewer",
    "desk:archive": "manager registrar viewer",
    "desk:class": "manager registrar viewer",
    "desk:class_change": "manager registrar",
    "desk:class_move": "manager registrar",
    "desk:class_state": "manager registrar",
    "desk:class_remind": "manager registrar",
    "desk:class_roster": "manager registrar viewer",
    "desk:claim_note": "manager registrar",
    "desk:claim_scan": "manager registrar",
    "desk:reset_password": "manager registrar",
    # the service tells whose role includes it (tests/web/test_reveal.py)
    "desk:reveal": "manager editor registrar viewer",
    # each list says who may take it, and a file is one's own (tests/attacks/test_exports.py)
    "desk:export": "manager editor registrar viewer",
    "desk:export_job": "manager editor registrar viewer",
    "desk:export_file": "manager editor registrar viewer",
    "desk:export_cancel": "manager editor registrar viewer",
    "desk:staff_role": "manager",
    "desk:staff_remove": "manager",
    "desk:support_end": "manager",
}
CONSOLE_ROWS = {
    "console:import_new": "superadmin question_editor certificate_clerk",
    "console:import_template": "superadmin question_editor certificate_clerk",
    "console:import": "superadmin question_editor certificate_clerk",
    "console:import_status": "superadmin question_editor certificate_clerk",
    "console:import_act": "superadmin question_editor certificate_clerk",
    "console:import_errors": "superadmin question_editor certificate_clerk",
    "console:post_certificate": "superadmin certificate_clerk auditor",
    "console:certificate_claim": "superadmin certificate_clerk auditor",
    "console:certificate_claim_scan": "superadmin certificate_clerk",
    "console:enrolment": "superadmin certificate_clerk auditor",
    "console:transfer": "superadmin certificate_clerk",
    "console:case": "superadmin hours_reviewer auditor",
    "console:archive": "superadmin hours_reviewer auditor",
    "console:exam_look": "superadmin hours_reviewer auditor",
    "console:check_plot": "superadmin hours_reviewer auditor",
    "console:undo": "superadmin hours_reviewer",
    "console:lookalike": "superadmin hours_reviewer auditor",
    "console:institution_open_step": "superadmin",
    "console:institution": "superadmin auditor",
    "console:institution_opened": "superadmin",
    "console:institution_names": "superadmin",
    "console:institution_positions": "superadmin",
    "console:institution_colours": "superadmin",
    "console:institution_preview": "superadmin",
    "console:institution_logo": "superadmin",
    "console:institution_logo_remove": "superadmin",
    "console:institution_logo_image": "superadmin auditor",
    "console:institution_host_add": "superadmin",
    "console:institution_host": "superadmin",
    "console:institution_state": "superadmin",
    "console:application": "superadmin auditor",
    "console:application_decline": "superadmin",
    "console:application_open": "superadmin",
    "console:application_open_preview": "superadmin",
    "console:application_open_logo": "superadmin",
    "console:application_open_drop": "superadmin",
    "console:application_open_step": "superadmin",
    "console:course": "superadmin question_editor auditor",
    "console:course_delete": "superadmin question_editor",
    "console:lesson": "superadmin question_editor auditor",
    "console:lesson_move": "superadmin question_editor",
    "console:lesson_captions": "superadmin question_editor",
    "console:lesson_delete": "superadmin question_editor",
    "console:lesson_question_add": "superadmin question_editor",
    "console:lesson_question": "superadmin question_editor",
    "console:lesson_question_retire": "superadmin question_editor",
    "console:courseware": "superadmin question_editor auditor",
    "console:courseware_part": "superadmin question_editor auditor",
    "console:courseware_withdraw": "superadmin question_editor",
    "console:video_upload": "superadmin question_editor auditor",
    "console:video_upload_state": "superadmin question_editor auditor",
    "console:video_upload_data": "superadmin question_editor auditor",
    "console:video_upload_captions": "superadmin question_editor",
    "console:video_upload_attach": "superadmin question_editor",
    "console:video_upload_cancel": "superadmin question_editor",
    "console:video_upload_retry": "superadmin question_editor",
    "console:plan": "superadmin question_editor auditor",
    "console:plan_publish": "superadmin question_editor",
    "console:plan_delete": "superadmin question_editor",
    "console:message_again": "superadmin",
    # the service tells whose role includes it (tests/web/test_reveal.py)
    "console:reveal": "superadmin hours_reviewer question_editor certificate_clerk auditor",
    "console:appraisal": "superadmin certificate_clerk auditor",
    "console:appraisal_void": "superadmin certificate_clerk",
    "console:expert": "superadmin certificate_clerk auditor",
    "console:expert_listing": "superadmin certificate_clerk",
    "console:data_request": "superadmin certificate_clerk auditor",
    "console:audit_entry": "superadmin auditor",
    "console:person": "superadmin auditor",
    "console:limits": "superadmin auditor",
    # each list says who may take it, and a file is one's own (tests/attacks/test_exports.py)
    "console:export": "superadmin hours_reviewer question_editor certificate_clerk auditor",
    "console:export_job": "superadmin hours_reviewer question_editor certificate_clerk auditor",
    "console:export_file": "superadmin hours_reviewer question_editor certificate_clerk auditor",
    "console:export_cancel": "superadmin hours_reviewer question_editor certificate_clerk auditor",
    "console:staff_role": "superadmin",
    "console:staff_remove": "superadmin",
    "console:second_factor_reset_of": "superadmin",
    "console:support_grant": "superadmin",
    "console:support_end": "superadmin",
    # only whose own grant it is (tests/web/test_support.py)
    "console:support_enter": "superadmin hours_reviewer question_editor certificate_clerk auditor",
}


def screens(urlconf: str, prefix: str) -> list[Route]:
    """Our staff screens that need neither an id nor a word."""
    found = [r for r in routes_of(urlconf) if r.name.startswith((prefix, "zx_hue_css"))]
    return [route for route in found if not has_row(route) and not route.parameters]


def answers(institution: Any, roles: Any, prefix: str, urlconf: str) -> dict[str, str]:
    """Screen → the roles that are let in (anything but 403 and 404)."""
    let_in: dict[str, list[str]] = {}
    for role in roles:
        client = staff_client(institution, role)
        client.raise_request_exception = False
        for route in screens(urlconf, prefix):
            status = answer_of(client, route)
            assert status < 500, f"{route.name} as {role}: {status}"
            let_in.setdefault(route.name, [])
            if status not in {403, 404}:
                let_in[route.name].append(role.value)
    return {name: " ".join(who) for name, who in let_in.items()}


def answer_of(client: Any, route: Route) -> int:
    """The status for this client; of a screen that is only posted to, the status of an empty form."""
    status = client.get(route.path({})).status_code
    return client.post(route.path({})).status_code if status == 405 else status


def in_order(table: dict[str, str], roles: Any) -> dict[str, str]:
    return {name: " ".join(role.value for role in roles if role.value in who.split()) for name, who in table.items()}


def beyond_the_role(institution: Any, roles: Any, prefix: str, urlconf: str) -> dict[str, str]:
    """Address with an id → the roles that get as far as the row. Nobody has the id: a 403 is about the role alone."""
    found: dict[str, list[str]] = {}
    routes = [route for route in routes_of(urlconf) if route.name.startswith(prefix) and route.parameters]
    for role in roles:
        client = staff_client(institution, role)
        for route in routes:
            statuses = {
                answer_to(client, route.path(missing(route, words)), method)
                for words in words_of(route)[:FEW]
                for method in ("get", "post")
            } - {405}
            assert statuses, f"{route.name}: neither GET nor POST"
            assert max(statuses) < 500, f"{route.name} as {role}: {statuses}"
            found.setdefault(route.name, [])
            if statuses != {403}:
                found[route.name].append(role.value)
    return {name: " ".join(who) for name, who in found.items()}


def answer_to(client: Any, path: str, method: str) -> int:
    return getattr(client, method)(path).status_code


def test_what_is_behind_an_id_at_the_desk_is_refused_by_role_before_any_row_is_looked_for(lingzhu):
    found = beyond_the_role(lingzhu, INSTITUTION_ROLES, "desk:", settings.ROOT_URLCONF)
    assert found == in_order(DESK_ROWS, INSTITUTION_ROLES)


def test_what_is_behind_an_id_in_the_console_is_refused_by_role_before_any_row_is_looked_for(association):
    found = beyond_the_role(association, ASSOCIATION_ROLES, "console:", settings.PORTAL_URLCONF)
    assert found == in_order(CONSOLE_ROWS, ASSOCIATION_ROLES)


def test_each_screen_of_the_desk_opens_to_the_roles_of_the_table(lingzhu):
    found = answers(lingzhu, INSTITUTION_ROLES, "desk:", settings.ROOT_URLCONF)
    assert found == in_order(DESK, INSTITUTION_ROLES)


def test_each_screen_of_the_console_opens_to_the_roles_of_the_table(association):
    found = answers(association, ASSOCIATION_ROLES, "console:", settings.PORTAL_URLCONF)
    assert found == in_order(CONSOLE, ASSOCIATION_ROLES)


def test_the_console_does_not_exist_at_an_institution_nor_the_desk_at_the_portal(lingzhu, association):
    from tenants.roles.roles import Role

    boss, head = staff_client(lingzhu, Role.MANAGER), staff_client(association, Role.SUPERADMIN)
    for route in screens(settings.ROOT_URLCONF, "console:"):
        if route.name != "zx_hue_css":
            assert answer_of(boss, route) == 404, route.name
    for route in screens(settings.PORTAL_URLCONF, "desk:"):
        if route.name != "zx_hue_css":
            assert answer_of(head, route) == 404, route.name


@pytest.mark.parametrize("second_factor", [False])
def test_without_a_second_factor_no_screen_opens_to_any_role(lingzhu, association, second_factor):
    from tests.support.people import signed_in

    for institution, roles, prefix, urlconf in (
        (lingzhu, INSTITUTION_ROLES, "desk:", settings.ROOT_URLCONF),
        (association, ASSOCIATION_ROLES, "console:", settings.PORTAL_URLCONF),
    ):
        for role in roles:
            client = signed_in(staff_client(institution, role).user, institution, second_factor=second_factor)
            for route in screens(urlconf, prefix):
                answer = client.get(route.path({}))
                assert answer.status_code in {302, 403, 405}, f"{route.name} as {role.value}"
                assert "/signin/" in answer.headers.get("Location", "/signin/")
