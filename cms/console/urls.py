from django.urls import path

from cms.console.views import audit, certificates, institutions, messages, numbers, questions, reviews, rules

app_name = "console"

urlpatterns = [
    path("reviews/", reviews.queue, name="queue"),
    path("reviews/<uuid:uuid>/", reviews.case, name="case"),
    path("reviews/<uuid:uuid>/undo/", reviews.undo, name="undo"),
    path("institutions/", institutions.index, name="institutions"),
    path("institutions/open/", institutions.open_new, name="institution_open"),
    path("institutions/<uuid:uuid>/state/", institutions.change_state, name="institution_state"),
    path("rules/", rules.index, name="rules"),
    path("messages/", messages.index, name="messages"),
    path("questions/", questions.index, name="questions"),
    path("post-certificates/", certificates.register, name="post_certificates"),
    path("uploads/", certificates.uploads, name="uploads"),
    path("numbers/<slug:kind>/<uuid:uuid>/<slug:field>/", numbers.reveal, name="reveal"),
    path("audit/", audit.index, name="audit"),
]
