from django.urls import path

from cms import seo, views
from cms.search.views import search
from cms.styleguide import styleguide

urlpatterns = [
    path("brand.css", views.brand_css, name="brand_css"),
    path("fee-notice/", views.fees_in_force, name="fees_in_force"),
    path("search/", search, name="search"),
    path("sitemap.xml", seo.sitemap, name="sitemap"),
    path("robots.txt", seo.robots, name="robots"),
    path("notices.atom", seo.NoticeFeed(), name="notice_feed"),
    path("logo.png", views.logo, name="site_logo"),
    path("favicon.png", views.favicon_png, name="favicon"),
    path("favicon.ico", views.favicon_ico, name="favicon_ico"),
    path("styleguide/", styleguide, name="styleguide"),
    path("media/sites/<slug:schema>/images/<path:name>", views.image, name="site_image"),
]
