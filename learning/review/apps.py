from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "learning.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Hours review")
