"""Addresses of this room, below /camera/."""

from django.urls import path

from proctoring import views

app_name = "proctoring"

urlpatterns = [
    path("consent/", views.consent, name="consent"),
    path("consent/withdraw/", views.withdraw, name="withdraw"),
    path("consent/text/<str:version>/", views.consent_text, name="consent_text"),
    path("at-the-institution/", views.invigilated, name="invigilated"),
    path("photo/<str:kind>/", views.save_photo, name="save_photo"),
    path("photo/<str:kind>/look/", views.look, name="look"),
    path("session/<uuid:session>/camera/", views.camera_of, name="camera_of"),
    path("evidence/<str:kind>/<uuid:row>/", views.evidence, name="evidence"),
    path("evidence/<str:kind>/<uuid:row>/small/", views.evidence, {"size": "small"}, name="thumbnail"),
]
