from django.apps import AppConfig


class CmsConfig(AppConfig):
    """The faces: Wagtail pages, the personal centre, the institution's desk and the association's console."""

    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Pages"

    def ready(self) -> None:
        from cms.borrowed import label_fields_without_words
        from cms.search import attached

        label_fields_without_words()
        attached.register()
