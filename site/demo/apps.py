from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo province. Installed only where ZHUXUE_ENV is demo or test."""

    name = "demo"
    default_auto_field = "django.db.models.BigAutoField"
