from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """The association's console: views and templates in the Wagtail admin of its own schema, no tables."""

    name = "cms.console"
    label = "console"
    verbose_name = _("Console")
