from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Exams")

    def ready(self) -> None:
        from exams.signals import end_with_enrolment
        from learning.events import enrolment_withdrawn

        enrolment_withdrawn.connect(end_with_enrolment, dispatch_uid="exams.end_with_enrolment")
