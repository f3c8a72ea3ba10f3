"""Addresses of exports, the same below the desk and the console."""

from types import ModuleType

from django.urls import URLPattern, path


def addresses(views: ModuleType) -> list[URLPattern]:
    """`views`: the room's module that gives the pages their doors."""
    return [
        path("exports/", views.index, name="exports"),
        path("exports/jobs/<uuid:uuid>/", views.job, name="export_job"),
        path("exports/jobs/<uuid:uuid>/file/", views.download, name="export_file"),
        path("exports/jobs/<uuid:uuid>/cancel/", views.cancel, name="export_cancel"),
        path("exports/<slug:what>/", views.ask, name="export"),
    ]
