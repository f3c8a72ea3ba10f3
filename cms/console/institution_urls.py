"""Institutions and applications: part of the console's addresses."""

from django.urls import URLPattern, path

from cms.console.views import applications, institution, institutions, opening

urlpatterns: list[URLPattern] = [
    path("institutions/", institutions.index, name="institutions"),
    path("institutions/open/", opening.step, name="institution_open"),
    path("institutions/open/progress/", opening.progress, name="institution_open_progress"),
    path("institutions/open/look/preview/", opening.preview, name="institution_open_preview"),
    path("institutions/open/look/logo.png", opening.logo, name="institution_open_logo"),
    path("institutions/open/drop/", opening.drop, name="institution_open_drop"),
    path("institutions/open/<slug:step>/", opening.step, name="institution_open_step"),
    path("institutions/<uuid:uuid>/", institution.page, name="institution"),
    path("institutions/<uuid:uuid>/opened/", opening.opened, name="institution_opened"),
    path("institutions/<uuid:uuid>/names/", institution.save_names, name="institution_names"),
    path("institutions/<uuid:uuid>/positions/", institution.save_positions, name="institution_positions"),
    path("institutions/<uuid:uuid>/colours/", institution.save_colours, name="institution_colours"),
    path("institutions/<uuid:uuid>/colours/preview/", institution.preview, name="institution_preview"),
    path("institutions/<uuid:uuid>/logo/", institution.save_logo, name="institution_logo"),
    path("institutions/<uuid:uuid>/logo/remove/", institution.remove_logo, name="institution_logo_remove"),
    path("institutions/<uuid:uuid>/logo.png", institution.logo_image, name="institution_logo_image"),
    path("institutions/<uuid:uuid>/hosts/", institution.add_host, name="institution_host_add"),
    path("institutions/<uuid:uuid>/hosts/<int:pk>/", institution.change_host, name="institution_host"),
    path("institutions/<uuid:uuid>/state/", institution.change_state, name="institution_state"),
    path("applications/", applications.index, name="applications"),
    path("applications/<uuid:uuid>/", applications.look, name="application"),
    path("applications/<uuid:uuid>/decline/", applications.decline, name="application_decline"),
    path("applications/<uuid:uuid>/open/", opening.step, name="application_open"),
    path("applications/<uuid:uuid>/open/look/preview/", opening.preview, name="application_open_preview"),
    path("applications/<uuid:uuid>/open/look/logo.png", opening.logo, name="application_open_logo"),
    path("applications/<uuid:uuid>/open/drop/", opening.drop, name="application_open_drop"),
    path("applications/<uuid:uuid>/open/<slug:step>/", opening.step, name="application_open_step"),
]
