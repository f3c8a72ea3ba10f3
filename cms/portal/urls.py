"""Look-ups of the portal; an institution's site has none of them."""

from django.urls import path

from cms.portal import views

app_name = "portal"
urlpatterns = [
    path("institutions/", views.institutions, name="institutions"),
    path("institutions/<uuid:uuid>/logo.png", views.institution_logo, name="institution_logo"),
    path("experts/", views.expert_directory, name="experts"),
    path("appraisals/", views.appraisal_look_up, name="appraisals"),
]
