from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "learning.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Hours review")

    def ready(self) -> None:
        from learning.events import enrolment_withdrawn
        from learning.review.signals import close_with_enrolment

        enrolment_withdrawn.connect(close_with_enrolment, dispatch_uid="review.close_with_enrolment")
