"""Reasons and consequences in words: what the queue, the case and the trainee's SMS say."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from learning.models import Enrolment
from learning.review.hint_words import hint_text
from learning.review.models import HoursReview, ReviewState
from learning.review.rules import HINTS
from proctoring.incidents import Kind
from proctoring.models import Incident
from tenants.messages.templates import rendered

PLACES = {
    "attested": "classroom",
    "end_missing": "classroom",
    "long_day": "days",
    "long_gap": "days",
    "incident": "incidents",
    "camera_hint": "incidents",
    "liveness_failed": "incidents",
}


@dataclass(frozen=True)
class ReasonLine:
    """A reason in words; `tone` is fail for what is wrong, review for what is to be judged."""

    code: str
    text: str
    weight: int
    tone: str

    @property
    def place(self) -> str:
        """The section of the case that shows what it speaks of."""
        if self.code in HINTS:
            return "traces"
        return PLACES.get(self.code, "pictures")


def reason_lines(review: HoursReview) -> list[ReasonLine]:
    """The stored reasons in words, heaviest first."""
    return [
        ReasonLine(r["code"], reason_text(r["code"], r["count"], r["value"]), r["weight"], _tone(r["code"]))
        for r in review.reasons
    ]


def reason_text(code: str, count: int, value: int) -> str:
    """One reason in words; `value` in seconds where the reason has a size."""
    minutes = value // 60
    texts = {
        "no_snapshots": lambda: gettext("No picture shows the person during the study"),
        "mismatch": lambda: ngettext(
            "%(n)d snapshot does not match the profile", "%(n)d snapshots do not match the profile", count
        ),
        "incident": lambda: ngettext("%(n)d incident at the camera", "%(n)d incidents at the camera", count),
        "attested": lambda: gettext(
            "%(hours)d hours %(rest)d minutes in the classroom, attested by the institution's staff, without a camera"
        ),
        "end_missing": lambda: ngettext(
            "%(n)d attestation without an end at which the person was there",
            "%(n)d attestations without an end at which the person was there",
            count,
        ),
        "two_faces": lambda: ngettext(
            "%(n)d snapshot with several people", "%(n)d snapshots with several people", count
        ),
        "long_gap": lambda: gettext("Up to %(minutes)d minutes of study without a picture of the person"),
        "doubtful": lambda: ngettext("%(n)d doubtful match", "%(n)d doubtful matches", count),
        "long_day": lambda: gettext("%(hours)d hours %(rest)d minutes of study in one day"),
        "nobody": lambda: ngettext("%(n)d snapshot with nobody", "%(n)d snapshots with nobody", count),
        "camera_hint": lambda: ngettext("%(n)d hint about the camera", "%(n)d hints about the camera", count),
        "liveness_failed": lambda: ngettext("%(n)d liveness check failed", "%(n)d liveness checks failed", count),
    }
    values = {"n": count, "minutes": minutes, "hours": minutes // 60, "rest": minutes % 60}
    return texts[code]() % values if code in texts else hint_text(code, count, value) or code


def incident_label(incident: Incident) -> str:
    """What kind of incident; misuse is noted by two doors, the camera's and the study's."""
    if incident.data.get("where") == "study":
        return gettext("The study connection was misused")
    return str(Kind(incident.kind).label) if incident.kind in Kind.values else incident.kind


def sms_params(enrolment: Enrolment) -> dict[str, object]:
    """What the manual's texts name: 姓名, 岗位, 年度."""
    return {"name": enrolment.user.name, "position": enrolment.position.name, "year": enrolment.year}


def sms_texts(enrolment: Enrolment) -> dict[str, str]:
    """What each decision would send, word for word; keys are the states of a review."""
    params = sms_params(enrolment)
    return {
        ReviewState.APPROVED.value: rendered("hours_approved", {}),
        ReviewState.CLEARED.value: rendered("hours_cleared", params),
        ReviewState.PARTLY_CLEARED.value: rendered("hours_partly_cleared", params),
    }


def _tone(code: str) -> str:
    return "fail" if code in ("no_snapshots", "mismatch", "incident") else "review"
