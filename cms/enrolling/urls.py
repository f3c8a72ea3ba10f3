from django.urls import path

from cms.enrolling import application, missing, views

app_name = "enrol"
urlpatterns = [
    path("", views.certificate, name="certificate"),
    path("details/", views.details, name="details"),
    path("missing/", missing.missing, name="missing"),
    path("confirm/", views.confirm, name="confirm"),
    path("scans/<uuid:uuid>/", application.scan, name="scan"),
    path("<uuid:uuid>/", application.application, name="application"),
]
