from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "tenants.messages"
    label = "outbox"  # "messages" belongs to django.contrib.messages
    default_auto_field = "django.db.models.BigAutoField"
