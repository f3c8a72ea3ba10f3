from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from learning.signals import end_on_sign_out

        user_logged_out.connect(end_on_sign_out, dispatch_uid="learning.end_on_sign_out")
