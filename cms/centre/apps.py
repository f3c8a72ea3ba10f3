from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "cms.centre"
    label = "centre"
