"""Every route of both URLconfs with the ids of somebody else: no byte of theirs, and no sign that the row exists.

A new route is walked without being listed. What fails here and is right nevertheless stands in `REACHED_BY_NOBODY` with
its reason; an entry that is no longer true fails too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.support import guard_world
from tests.support.guard_callers import INSTITUTION, PORTAL, World
from tests.support.guard_routes import Route, routes_of
from tests.support.guard_walk import Caller, Reached, compare, has_row, look, unknown_words

# Routes that no builder's row leads into, with the reason; everything else must be reached with one's own ids.
REACHED_BY_NOBODY: dict[str, dict[str, str]] = {
    INSTITUTION: {
        "desk:claim_scan": "a claim with a picture; tests/web/test_desk_claims.py has one",
        "certs:renew": "certificates are renewed on the portal only",
        "desk:import": "a sheet of a kind; tests/web/test_imports.py has some",
        "desk:import_act": "a sheet of a kind; tests/web/test_imports.py has some",
        "desk:import_errors": "a sheet of a kind; tests/web/test_imports.py has some",
        "desk:import_status": "a sheet of a kind; tests/web/test_imports.py has some",
        "desk:export_cancel": "one's own file; tests/attacks/test_exports.py has some",
        "desk:export_file": "one's own file; tests/attacks/test_exports.py has some",
        "desk:export_job": "one's own file; tests/attacks/test_exports.py has some",
        "exams:answers": "reads the JSON body before the row; tests/attacks/test_exam.py asks with one",
        "learning:replay": "needs encoded lessons; tests/web/test_study_doors.py has them",
        "learning:replay_part": "needs encoded lessons; tests/web/test_study_doors.py has them",
        "learning:segment": "needs a signed address; tests/web/test_segments.py has them",
    },
    PORTAL: {
        "console:application_open_logo": "a logo that was chosen in the wizard; tests/web/test_opening.py has one",
        "console:certificate_claim_scan": "a claim with a picture; tests/web/test_claims_console.py has one",
        "console:import": "a sheet of a kind; tests/web/test_imports_console.py has some",
        "console:import_act": "a sheet of a kind; tests/web/test_imports_console.py has some",
        "console:import_errors": "a sheet of a kind; tests/web/test_imports_console.py has some",
        "console:import_status": "a sheet of a kind; tests/web/test_imports_console.py has some",
        "console:export_cancel": "one's own file; tests/attacks/test_exports.py has some",
        "console:export_file": "one's own file; tests/attacks/test_exports.py has some",
        "console:export_job": "one's own file; tests/attacks/test_exports.py has some",
        "console:second_factor_reset_of": "staff with an authenticator; tests/web/test_staff_screens.py has them",
        "proctoring:camera_of": "camera sessions of study are an institution's; 404 on the portal",
        "console:support_enter": "one's own running grant; tests/web/test_support.py has one",
    },
}
# Views of Wagtail's that fail on a form they do not expect: for staff only, and nothing of anybody is on the page.
FRAGILE = {"wagtailadmin_choose_page_external_link": "POST"}
# Addresses that are themselves the key, or meant for everybody: whoever was told one may read it.
CAPABILITIES = {
    "apply:state": "an application's own page; the number is told to who proved the phone",
    "portal:institution_logo": "public: the logo on the card of a listed institution",
}
STAFF = ("manager", "editor", "registrar", "viewer")
AT_AN_INSTITUTION = ("anonymous", "guest", "trainee", "chief", "void", *STAFF)
AT_THE_PORTAL = ("anonymous", "trainee", "clerk_of_an_institution", "chief_without_factor")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One for all tests of this file, because building it takes seconds; everything is rolled back at its end."""
    from tenants.models import Institution

    logging.disable(logging.CRITICAL)  # two lines for each of ten thousand requests
    with django_db_blocker.unblock():
        with transaction.atomic():
            names = ("lingzhu", "jiangxin", "association")
            yield World(*(Institution.objects.get(schema_name=name) for name in names))
            transaction.set_rollback(True)
        guard_world.set_back()
    logging.disable(logging.NOTSET)


def routes(urlconf: str, *, ours: bool) -> list[Route]:
    return [route for route in routes_of(urlconf) if route.is_ours == ours]


def rarely(callers: tuple[str, ...], *full: str) -> list[Any]:
    """`full`: they get no further than another caller does; `fab test --full` walks them as well."""
    return [pytest.param(name, marks=pytest.mark.full) if name in full else name for name in callers]


def walk(caller: Caller, walked: list[Route], known: Reached) -> None:
    said = []
    for route in walked:
        if route.name in CAPABILITIES:
            continue
        for method in ("GET", "POST"):
            if FRAGILE.get(route.name) == method:
                continue
            said += compare(caller, route, method, known) if has_row(route) else look(caller, route, method)
    assert not said, f"{len(said)} answers:\n" + "\n".join(said[:60])


@pytest.mark.parametrize("urlconf", [INSTITUTION, PORTAL])
def test_every_parameter_of_every_route_can_be_filled(urlconf: str) -> None:
    assert unknown_words(routes_of(urlconf)) == set(), "tests/support/guard_walk.py: say in WORDS what stands for these"


@pytest.mark.parametrize("urlconf", [INSTITUTION, PORTAL])
def test_every_route_of_ours_leads_somewhere_with_ones_own_ids(world: World, urlconf: str) -> None:
    known = world.reached(urlconf)
    walked = [r for r in routes(urlconf, ours=True) if has_row(r) and not r.name.startswith(known.closed)]
    lost = {route.name for route in walked if not known.hits(route)}
    allowed = REACHED_BY_NOBODY[urlconf]
    assert not lost - allowed.keys(), f"nothing is proved for {sorted(lost - allowed.keys())}: the world lacks a row"
    assert not allowed.keys() - lost, f"stale entries of REACHED_BY_NOBODY: {sorted(allowed.keys() - lost)}"


def test_an_address_that_is_itself_the_key_opens_to_strangers_and_shows_no_number(world: World) -> None:
    stranger = world.at_the_portal("anonymous")
    found = {route.name: route for route in routes(PORTAL, ours=True)}
    assert CAPABILITIES.keys() <= found.keys(), "stale entries of CAPABILITIES"
    application = world.here.rows["tenants.Application"][0]
    answer = stranger.ask("GET", found["apply:state"].path({"uuid": application.uuid}))
    assert answer.status == 200
    for secret in (application.contact_id_number, application.contact_phone, application.contact_name):
        assert secret not in answer.body


@pytest.mark.parametrize("who", rarely(AT_AN_INSTITUTION, "guest", "void", "editor", "registrar", "viewer"))
def test_our_routes_at_an_institution_know_nothing_of_another(world: World, who: str) -> None:
    walk(world.at_the_institution(who), routes(INSTITUTION, ours=True), world.reached(INSTITUTION))


@pytest.mark.parametrize("who", rarely(AT_THE_PORTAL, "chief_without_factor"))
def test_our_routes_at_the_portal_show_nobody_the_rows_of_somebody_else(world: World, who: str) -> None:
    walk(world.at_the_portal(who), routes(PORTAL, ours=True), world.reached(PORTAL))


@pytest.mark.parametrize("who", rarely(AT_AN_INSTITUTION, "anonymous", "guest", "trainee", "chief", "void", *STAFF[1:]))
def test_wagtails_routes_at_an_institution_know_nothing_of_another(world: World, who: str) -> None:
    walk(world.at_the_institution(who), routes(INSTITUTION, ours=False), world.reached(INSTITUTION))


@pytest.mark.parametrize("who", rarely(AT_THE_PORTAL, "trainee", "chief_without_factor"))
def test_wagtails_routes_at_the_portal_open_to_nobody_without_a_role(world: World, who: str) -> None:
    walk(world.at_the_portal(who), routes(PORTAL, ours=False), world.reached(PORTAL))
