"""Floor 2: consent, face profiles, camera sessions, liveness, snapshots, incidents."""

from django.apps import AppConfig


class ProctoringConfig(AppConfig):
    """Listens to the end of sign-ins and accounts. No face model is loaded here: the web process never touches one."""

    name = "proctoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from proctoring.erasure import erase_of_anonymised, erase_of_closed
        from proctoring.signals import close_with_session
        from tenants.accounts.events import account_anonymised, account_closed
        from tenants.accounts.signals import sessions_ended

        sessions_ended.connect(close_with_session, dispatch_uid="proctoring.close_with_session")
        account_closed.connect(erase_of_closed, dispatch_uid="proctoring.closed")
        account_anonymised.connect(erase_of_anonymised, dispatch_uid="proctoring.anonymised")
