"""Consent, face profiles, camera sessions and what was seen in them. No picture lives here: `frame` names a sealed
file in private storage (`vault.py`)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proctoring.incidents import Kind
from tenants.crypto import EncryptedBinaryField
from tenants.scopes import scoped


class Row(models.Model):
    """What every row of this room has: a uuid made before the insert (it is part of what seals its data)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", on_delete=models.PROTECT, related_name="+")

    objects = scoped()

    class Meta:
        abstract = True


class Consent(Row):
    """A person's separate consent to the use of face data at one institution; withdrawn, it stays as a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="face_consents")
    version = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64, blank=True, help_text="of the text as it was shown")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    withdrawn_ip = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution"], condition=Q(withdrawn_at=None), name="one_consent_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.given_at:%Y-%m-%d}"


class FaceProfile(Row):
    """The reference photos of one person at one institution; counts once a clerk has confirmed it."""

    class State(models.TextChoices):
        INCOMPLETE = "incomplete", _("Incomplete")
        WAITING = "waiting", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("To be done again")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="face_profiles")
    state = models.CharField(max_length=12, choices=State.choices, default=State.INCOMPLETE)
    engine = models.CharField(max_length=12, blank=True)
    match_distance = models.FloatField(null=True, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)
    needs_look = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    rejected_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "institution"], name="one_face_profile")]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


class FacePhoto(Row):
    """One reference photo, sealed in private storage. Replaced ones keep their row; their file is deleted."""

    class Kind(models.TextChoices):
        ID_PHOTO = "id_photo", _("ID card photo")
        PORTRAIT = "portrait", _("Portrait")

    profile = models.ForeignKey(FaceProfile, on_delete=models.PROTECT, related_name="photos")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    frame = models.CharField(max_length=200, blank=True)
    thumb = models.CharField(max_length=200, blank=True, default="")
    sealed_files = ("frame", "thumb")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    vectors = EncryptedBinaryField()
    engine = models.CharField(max_length=12)
    edition = models.CharField(max_length=24, default="", help_text="weights and recipe that measured it")
    saved_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "kind"], condition=Q(replaced_at=None), name="one_current_photo_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class FaceTemplate(Row):
    """The mean embedding of a profile for one engine: float32, sealed. `edition` says by which weights."""

    profile = models.ForeignKey(FaceProfile, on_delete=models.CASCADE, related_name="templates")
    engine = models.CharField(max_length=12)
    edition = models.CharField(max_length=24, default="")
    vector = EncryptedBinaryField()
    made_at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True, blank=True, help_text="with all others of the province")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "engine"], name="one_template_an_engine")]
        indexes = [models.Index(fields=["id"], name="template_to_compare", condition=Q(compared_at=None))]

    def __str__(self) -> str:
        return f"{self.engine} {self.uuid}"


class Lookalike(models.Model):
    """Two accounts with nearly the same face. The association looks and decides; nothing is blocked by it.

    Not scoped: it tells of two institutions' people at once, so no institution may read it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        TWO_PEOPLE = "two_people", _("Two people")
        ONE_PERSON = "one_person", _("One person with two accounts")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    first = models.ForeignKey(FaceProfile, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(FaceProfile, on_delete=models.PROTECT, related_name="+")
    engine = models.CharField(max_length=12)
    distance = models.FloatField(null=True)
    noted_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-noted_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_row_a_pair_of_faces")]

    def __str__(self) -> str:
        return f"{self.uuid} {self.state}"


class CameraSession(Row):
    """A supervised sitting. Study and exams hold a key to it and read `verified_until`; it knows neither."""

    class Purpose(models.TextChoices):
        STUDY = "study", _("Study")
        EXAM = "exam", _("Exam")
        PHONE = "phone", _("Change of phone")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="camera_sessions")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    signed_in = models.ForeignKey(
        "accounts.SignedIn", models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="the session of the browser it was opened in: it ends with it",
    )  # fmt: skip
    device = models.CharField(max_length=64, blank=True, help_text="index of the browser's device token")
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    camera_label = models.CharField(
        max_length=120, blank=True, default="", help_text="what the browser calls the camera: said by the page, a hint"
    )
    camera_details = models.JSONField(default=dict, help_text="width, height, rate and number of cameras, as said")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_until = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    expired_code = models.CharField(max_length=40, blank=True)
    resumes = models.PositiveSmallIntegerField(
        default=0, help_text="missed checks made up by a snapshot since the last face check"
    )
    look_by = models.DateTimeField(
        null=True, blank=True, help_text="a snapshot is due until then, so that a lesson has one"
    )
    attestation = models.ForeignKey(
        "Attestation", models.PROTECT, null=True, blank=True, related_name="sessions",
        help_text="staff vouch for the person: there is no camera",
    )  # fmt: skip

    class Meta:
        indexes = [
            models.Index(fields=["user", "opened_at"]),
            # Who else studied on this device, or from this address: the hours review asks (ADR 0162).
            models.Index(fields=["device", "opened_at"], name="camera_device", condition=~Q(device="")),
            models.Index(fields=["ip", "opened_at"], name="camera_ip", condition=Q(ip__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.opened_at:%Y-%m-%d %H:%M}"


class LivenessAttempt(Row):
    """One challenge: the actions drawn, what came of it, and the frame that was compared."""

    session = models.ForeignKey(CameraSession, on_delete=models.PROTECT, related_name="attempts")
    actions = models.JSONField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    failed_action = models.CharField(max_length=10, blank=True)
    engine = models.CharField(max_length=12, blank=True)
    distance = models.FloatField(null=True, blank=True)
    details = models.JSONField(default=dict)
    series = models.JSONField(default=dict, help_text="measures of the landmarks over time (see series.py)")
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    mark = EncryptedBinaryField(null=True, help_text="what its face is compared by later (marks.FaceMark)")
    frame = models.CharField(max_length=200, blank=True)
    thumb = models.CharField(max_length=200, blank=True, default="")
    sealed_files = ("frame", "thumb")

    class Meta:
        indexes = [models.Index(fields=["session", "started_at"])]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.outcome}"


class Snapshot(Row):
    """One moment the server asked to see the person, and what it saw."""

    class Outcome(models.TextChoices):
        MATCH = "match", _("The person")
        REVIEW = "review", _("Unclear, look at it")
        MISMATCH = "mismatch", _("Somebody else")
        NO_FACE = "no_face", _("Nobody")
        TWO_FACES = "two_faces", _("Several people")
        NO_ANSWER = "no_answer", _("No picture arrived")

    session = models.ForeignKey(CameraSession, on_delete=models.PROTECT, related_name="snapshots")
    requested_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    engine = models.CharField(max_length=12, blank=True)
    distance = models.FloatField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    mark = EncryptedBinaryField(null=True, help_text="what its face is compared by later (marks.FaceMark)")
    details = models.JSONField(default=dict, help_text="distances to each reference, milliseconds between its frames")
    frame = models.CharField(max_length=200, blank=True)
    thumb = models.CharField(max_length=200, blank=True, default="")
    sealed_files = ("frame", "thumb")

    class Meta:
        indexes = [models.Index(fields=["session", "taken_at"])]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M} {self.outcome}"


class Incident(Row):
    """Something a reviewer should look at; never a punishment by itself. What each kind means: `incidents.py`."""

    Kind = Kind

    session = models.ForeignKey(CameraSession, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=20, help_text="a code of proctoring/incidents.py")
    noted_at = models.DateTimeField()
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    attempt = models.ForeignKey(
        LivenessAttempt, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["session", "noted_at"])]

    def __str__(self) -> str:
        return f"{self.noted_at:%Y-%m-%d %H:%M} {self.kind}"


class LongerLimits(Row):
    """A person who hears, sees or moves less easily has more time for each action (ADR 0185).

    Granted by a clerk it holds at their institution, by the association everywhere. Which impairment it is is nowhere
    written down: that is health data nobody needs.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="longer_limits")
    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution"], condition=Q(ended_at=None), name="one_longer_limits_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.granted_at:%Y-%m-%d} {self.uuid}"


class Lapse(Row):
    """Time of a sitting in which nothing was verified, written down when it was verified again; `code` says why."""

    session = models.ForeignKey(CameraSession, on_delete=models.PROTECT, related_name="lapses")
    code = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    by_snapshot = models.BooleanField(help_text="made up by a snapshot, without a new face check")

    class Meta:
        ordering = ["began_at"]
        indexes = [models.Index(fields=["session", "began_at"])]
        constraints = [models.CheckConstraint(condition=Q(ended_at__gt=models.F("began_at")), name="lapse_has_length")]

    def __str__(self) -> str:
        return f"{self.code} {self.began_at:%Y-%m-%d %H:%M:%S}"


class Attestation(Row):
    """Staff vouch in the classroom for who a person is: once at the start, once at the end. No face data.

    Without an end it expires at `until`; `expired_at` is when that was noticed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attestations")
    room = models.CharField(max_length=60, blank=True)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    begun_ip = models.GenericIPAddressField(null=True, blank=True)
    until = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    present_at_end = models.BooleanField(null=True, help_text="False: the person had left when staff looked")
    expired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-begun_at"]
        indexes = [models.Index(fields=["institution", "begun_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None, expired_at=None), name="one_running_attestation"
            ),
            models.CheckConstraint(
                name="attested_end_is_whole",
                condition=Q(ended_at=None, ended_by=None, present_at_end=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, present_at_end__isnull=False, expired_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M}"
