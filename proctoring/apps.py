"""Floor 2: consent, face profiles, camera sessions, liveness, snapshots, incidents."""

from django.apps import AppConfig


class ProctoringConfig(AppConfig):
    """Names the app; nothing is loaded here: the web process never touches a face model."""

    name = "proctoring"
    default_auto_field = "django.db.models.BigAutoField"
