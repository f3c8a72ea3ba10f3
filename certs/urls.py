"""Certificates of a person, and verification for everybody (the latter on the portal; a site sends people there)."""

from django.urls import path

from certs import views

app_name = "certs"
urlpatterns = [
    path("certificates/hours/<uuid:enrolment>.pdf", views.hours_pdf, name="hours_pdf"),
    path("certificates/<uuid:certificate>.pdf", views.qualification_pdf, name="qualification_pdf"),
    path("certificates/renew/<uuid:post_certificate>/", views.renew, name="renew"),
    path("v/<str:token>/", views.verify, name="verify"),
    path("v/<str:token>/photo/", views.verify_photo, name="verify_photo"),
    path("verify/", views.look_up, name="look_up"),
]
