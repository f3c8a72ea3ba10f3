"""What an institution's site and the portal have in common."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language
from wagtail import urls as wagtail_urls
from wagtail.documents import urls as wagtaildocs_urls

before = [
    path("signin/", include("tenants.accounts.urls")),
    path("captcha/", include("tenants.captchas.urls")),
    path("language/", set_language, name="set_language"),
    path("my/", include("cms.centre.urls")),
    path("camera/", include("proctoring.urls")),
    path("", include("certs.urls")),
    path("admin/", include("cms.admin_urls")),
    # In front of Wagtail's own doors to what is kept for some readers.
    path("", include("cms.restricted_doors")),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("cms.urls")),
]
if settings.IS_DEMO:
    before.insert(0, path("demo/", include("demo.urls")))

# Wagtail's pages take what is left.
after = [path("", include(wagtail_urls))]
