from django.urls import path

from cms.desk.views import classes, enrolments, numbers, profiles, staff

app_name = "desk"

urlpatterns = [
    path("profiles/", profiles.index, name="profiles"),
    path("profiles/<uuid:uuid>/", profiles.look, name="profile"),
    path("enrolments/", enrolments.index, name="enrolments"),
    path("enrolments/new/", enrolments.new, name="enrol"),
    path("enrolments/<uuid:uuid>/", enrolments.step, name="enrolment_step"),
    path("classes/", classes.index, name="classes"),
    path("numbers/<slug:kind>/<uuid:uuid>/<slug:field>/", numbers.reveal, name="reveal"),
    path("staff/", staff.index, name="staff"),
    path("staff/<int:pk>/remove/", staff.remove, name="staff_remove"),
]
