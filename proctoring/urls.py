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
    path("evidence/<str:kind>/<uuid:row>/", views.evidence, name="evidence"),
]
