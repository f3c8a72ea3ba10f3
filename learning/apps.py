from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from learning.signals import empty_enrolments, end_with_session
        from tenants.accounts.events import account_anonymised
        from tenants.accounts.signals import sessions_ended

        sessions_ended.connect(end_with_session, dispatch_uid="learning.end_with_session")
        account_anonymised.connect(empty_enrolments, dispatch_uid="learning.empty_enrolments")
