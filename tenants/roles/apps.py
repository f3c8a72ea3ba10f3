from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "tenants.roles"
    label = "roles"
    default_auto_field = "django.db.models.BigAutoField"
