"""An institution's site."""

from django.urls import include, path

from config.urls_common import after, before

urlpatterns = [
    *before,
    path("enrol/", include("cms.enrolling.urls")),
    path("study/", include("learning.urls")),
    path("exam/", include("exams.urls")),
    *after,
]

handler500 = "tenants.busy.server_error"
