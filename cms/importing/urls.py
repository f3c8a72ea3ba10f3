"""The same addresses at desk and console; included by both under their own names."""

from django.urls import path

from cms.importing import views

urlpatterns = [
    path("imports/", views.index, name="imports"),
    path("imports/new/<slug:kind>/", views.new, name="import_new"),
    path("imports/template/<slug:kind>/", views.template_sheet, name="import_template"),
    path("imports/<uuid:uuid>/", views.page, name="import"),
    path("imports/<uuid:uuid>/status/", views.status, name="import_status"),
    path("imports/<uuid:uuid>/act/", views.act, name="import_act"),
    path("imports/<uuid:uuid>/errors/", views.errors, name="import_errors"),
]
