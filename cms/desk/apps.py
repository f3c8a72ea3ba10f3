from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """An institution's desk: views and templates in the Wagtail admin of its schema, no tables."""

    name = "cms.desk"
    label = "desk"
    verbose_name = _("Desk")
