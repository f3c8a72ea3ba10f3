"""The picture of a challenge and a new challenge; on sites and on the portal."""

from captcha.views import captcha_image
from django.urls import path

from tenants.captchas import views

urlpatterns = [
    path("image/<slug:key>/", captcha_image, {"scale": 1}, name="captcha-image"),
    path("refresh/", views.refresh, name="captcha-refresh"),
]
