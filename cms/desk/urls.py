from django.urls import path

from cms.desk.views import (
    brand,
    class_page,
    class_reminders,
    classes,
    classroom,
    enrolment,
    enrolments,
    limits,
    numbers,
    passwords,
    profiles,
    staff,
    support,
)

app_name = "desk"

urlpatterns = [
    path("profiles/", profiles.index, name="profiles"),
    path("profiles/<uuid:uuid>/", profiles.look, name="profile"),
    path("profiles/<uuid:uuid>/limits/", limits.limits, name="limits"),
    path("enrolments/", enrolments.index, name="enrolments"),
    path("enrolments/new/", enrolments.new, name="enrol"),
    path("enrolments/<uuid:uuid>/", enrolments.step, name="enrolment_step"),
    path("enrolments/<uuid:uuid>/detail/", enrolment.page, name="enrolment"),
    path("enrolments/scans/<uuid:uuid>/", enrolment.scan, name="enrolment_scan"),
    path("enrolments/<uuid:uuid>/initial-password/", passwords.reset, name="reset_password"),
    path("classes/", classes.index, name="classes"),
    path("classes/new/", class_page.new, name="class_new"),
    path("classes/<uuid:uuid>/", class_page.look, name="class"),
    path("classes/<uuid:uuid>/change/", class_page.change, name="class_change"),
    path("classes/<uuid:uuid>/move/", class_page.move, name="class_move"),
    path("classes/<uuid:uuid>/state/", class_page.state, name="class_state"),
    path("classes/<uuid:uuid>/remind/", class_reminders.remind, name="class_remind"),
    path("classes/<uuid:uuid>/roster/", class_page.roster, name="class_roster"),
    path("classroom/", classroom.index, name="classroom"),
    path("numbers/<slug:kind>/<uuid:uuid>/<slug:field>/", numbers.reveal, name="reveal"),
    path("brand/", brand.index, name="brand"),
    path("brand/preview/", brand.preview, name="brand_preview"),
    path("brand/logo/", brand.save_logo, name="logo"),
    path("staff/", staff.index, name="staff"),
    path("staff/<int:pk>/role/", staff.change, name="staff_role"),
    path("staff/<int:pk>/remove/", staff.remove, name="staff_remove"),
    path("support/", support.index, name="support"),
    path("support/<uuid:uuid>/end/", support.end, name="support_end"),
]
