"""The association's portal: the same person's centre, verification for everybody, the console under /admin/."""

from django.urls import include, path

from config.urls_common import after, before

urlpatterns = [
    *before,
    path("apply/", include("cms.applying.urls")),
    path("", include("cms.portal.urls")),
    *after,
]

handler500 = "tenants.busy.server_error"
