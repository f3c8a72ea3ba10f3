from django.urls import path

from cms import own_look
from cms.console import course_urls, institution_urls, portal_urls, register_urls
from cms.console.views import (
    archive,
    audit,
    data_requests,
    exam_looks,
    exports,
    faces,
    limits,
    lookalikes,
    messages,
    numbers,
    people,
    questions,
    reviews,
    rules,
    staff,
    support,
    uploads,
)
from cms.exporting.addresses import addresses
from cms.importing.urls import urlpatterns as import_urls

app_name = "console"

urlpatterns = [
    path("reviews/", reviews.queue, name="queue"),
    path("reviews/<uuid:uuid>/", reviews.case, name="case"),
    path("reviews/checks/<uuid:uuid>/", reviews.check_plot, name="check_plot"),
    path("reviews/<uuid:uuid>/undo/", reviews.undo, name="undo"),
    path("archives/<uuid:uuid>/", archive.page, name="archive"),
    path("lookalikes/", lookalikes.index, name="lookalikes"),
    path("lookalikes/<uuid:uuid>/", lookalikes.case, name="lookalike"),
    path("exams/", exam_looks.index, name="exam_looks"),
    path("exams/<uuid:uuid>/", exam_looks.case, name="exam_look"),
    *institution_urls.urlpatterns,
    *course_urls.urlpatterns,
    *portal_urls.urlpatterns,
    path("rules/", rules.index, name="rules"),
    path("messages/", messages.index, name="messages"),
    path("messages/<uuid:uuid>/again/", messages.again, name="message_again"),
    path("questions/", questions.index, name="questions"),
    *import_urls,
    *register_urls.urlpatterns,
    path("uploads/", uploads.uploads, name="uploads"),
    path("numbers/<slug:kind>/<uuid:uuid>/<slug:field>/", numbers.reveal, name="reveal"),
    path("data-requests/", data_requests.index, name="data_requests"),
    path("data-requests/<uuid:uuid>/", data_requests.case, name="data_request"),
    path("audit/", audit.index, name="audit"),
    *addresses(exports),
    path("audit/<uuid:uuid>/", audit.entry, name="audit_entry"),
    path("people/", people.search, name="people"),
    path("people/<uuid:uuid>/", people.phone, name="person"),
    path("people/<uuid:uuid>/limits/", limits.limits, name="limits"),
    path("faces/", faces.index, name="faces"),
    *own_look.urlpatterns,
    *own_look.contact_urls,
    path("staff/", staff.index, name="staff"),
    path("staff/<int:pk>/role/", staff.change, name="staff_role"),
    path("staff/<int:pk>/remove/", staff.remove, name="staff_remove"),
    path("staff/reset/", staff.reset_second_factor, name="second_factor_reset"),
    path("staff/reset/<uuid:uuid>/", staff.reset_second_factor, name="second_factor_reset_of"),
    path("institutions/<uuid:uuid>/support/", support.index, name="support_grant"),
    path("support/<uuid:uuid>/end/", support.end, name="support_end"),
    path("support/<uuid:uuid>/enter/", support.enter, name="support_enter"),
]
