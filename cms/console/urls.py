from django.urls import path

from cms.console import course_urls, institution_urls
from cms.console.views import (
    audit,
    certificates,
    data_requests,
    messages,
    numbers,
    people,
    questions,
    reviews,
    rules,
    staff,
    support,
)

app_name = "console"

urlpatterns = [
    path("reviews/", reviews.queue, name="queue"),
    path("reviews/<uuid:uuid>/", reviews.case, name="case"),
    path("reviews/checks/<uuid:uuid>/", reviews.check_plot, name="check_plot"),
    path("reviews/<uuid:uuid>/undo/", reviews.undo, name="undo"),
    *institution_urls.urlpatterns,
    *course_urls.urlpatterns,
    path("rules/", rules.index, name="rules"),
    path("messages/", messages.index, name="messages"),
    path("messages/<uuid:uuid>/again/", messages.again, name="message_again"),
    path("questions/", questions.index, name="questions"),
    path("post-certificates/", certificates.register, name="post_certificates"),
    path("uploads/", certificates.uploads, name="uploads"),
    path("numbers/<slug:kind>/<uuid:uuid>/<slug:field>/", numbers.reveal, name="reveal"),
    path("data-requests/", data_requests.index, name="data_requests"),
    path("data-requests/<uuid:uuid>/", data_requests.case, name="data_request"),
    path("audit/", audit.index, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
    path("audit/<uuid:uuid>/", audit.entry, name="audit_entry"),
    path("people/", people.search, name="people"),
    path("people/<uuid:uuid>/", people.phone, name="person"),
    path("staff/", staff.index, name="staff"),
    path("staff/<int:pk>/role/", staff.change, name="staff_role"),
    path("staff/<int:pk>/remove/", staff.remove, name="staff_remove"),
    path("staff/reset/", staff.reset_second_factor, name="second_factor_reset"),
    path("staff/reset/<uuid:uuid>/", staff.reset_second_factor, name="second_factor_reset_of"),
    path("institutions/<uuid:uuid>/support/", support.index, name="support_grant"),
    path("support/<uuid:uuid>/end/", support.end, name="support_end"),
    path("support/<uuid:uuid>/enter/", support.enter, name="support_enter"),
]
