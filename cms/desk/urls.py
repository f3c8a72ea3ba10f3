from django.urls import path

from cms import own_look
from cms.desk.views import (
    archive,
    claims,
    class_page,
    class_reminders,
    classes,
    classroom,
    counter,
    enrolment,
    enrolments,
    exports,
    finding,
    limits,
    numbers,
    pages,
    passwords,
    profiles,
    staff,
    support,
)
from cms.exporting.addresses import addresses
from cms.importing.urls import urlpatterns as import_urls

app_name = "desk"

urlpatterns = [
    path("profiles/", profiles.index, name="profiles"),
    path("profiles/<uuid:uuid>/", profiles.look, name="profile"),
    path("profiles/<uuid:uuid>/limits/", limits.limits, name="limits"),
    path("enrolments/", enrolments.index, name="enrolments"),
    path("enrolments/find/", finding.find, name="enrolments_find"),
    path("enrolments/new/", counter.new, name="enrol"),
    path("enrolments/<uuid:uuid>/", enrolments.step, name="enrolment_step"),
    path("enrolments/<uuid:uuid>/detail/", enrolment.page, name="enrolment"),
    path("enrolments/<uuid:uuid>/archive/", archive.page, name="archive"),
    path("enrolments/scans/<uuid:uuid>/", enrolment.scan, name="enrolment_scan"),
    path("enrolments/<uuid:uuid>/initial-password/", passwords.reset, name="reset_password"),
    *import_urls,
    path("classes/", classes.index, name="classes"),
    path("classes/new/", class_page.new, name="class_new"),
    path("classes/<uuid:uuid>/", class_page.look, name="class"),
    path("classes/<uuid:uuid>/change/", class_page.change, name="class_change"),
    path("classes/<uuid:uuid>/move/", class_page.move, name="class_move"),
    path("classes/<uuid:uuid>/state/", class_page.state, name="class_state"),
    path("classes/<uuid:uuid>/remind/", class_reminders.remind, name="class_remind"),
    path("classes/<uuid:uuid>/roster/", class_page.roster, name="class_roster"),
    path("certificates/", claims.index, name="claims"),
    path("certificates/new/", claims.new, name="claim_new"),
    path("certificates/<uuid:uuid>/noted/", claims.note, name="claim_note"),
    path("certificates/<uuid:uuid>/scan/", claims.scan, name="claim_scan"),
    path("classroom/", classroom.index, name="classroom"),
    path("numbers/<slug:kind>/<uuid:uuid>/<slug:field>/", numbers.reveal, name="reveal"),
    *addresses(exports),
    path("pages/", pages.index, name="pages"),
    *own_look.urlpatterns,
    path("staff/", staff.index, name="staff"),
    path("staff/<int:pk>/role/", staff.change, name="staff_role"),
    path("staff/<int:pk>/remove/", staff.remove, name="staff_remove"),
    path("support/", support.index, name="support"),
    path("support/<uuid:uuid>/end/", support.end, name="support_end"),
]
