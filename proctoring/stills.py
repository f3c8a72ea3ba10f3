"""Whether a still can serve as a reference: one face, large, sharp, well lit, looking at us. Pure.

The report is what a trainee reads beside the picture: each failed check says what to change.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from proctoring.rules import ProctoringRules

ID_PHOTO, PORTRAIT = "id_photo", "portrait"

SENTENCES = {
    "photo.ok": _("Clear and usable"),
    "photo.no_face": _("We could not find a face. Take the picture again with the face in full view."),
    "photo.two_faces": _("There is more than one face. Take the picture with one person only."),
    "photo.small": _("The face is too small. Come closer or use a larger picture."),
    "photo.blurred": _("The picture is blurred. Hold still, wipe the lens and take it again."),
    "photo.dark": _("The picture is too dark. Turn to the light and take it again."),
    "photo.bright": _("The picture is too bright. Avoid direct light and reflections and take it again."),
    "photo.glare": _("Something shines on the eyes. Lift the glasses a little, or turn away from the lamp."),
    "photo.turned": _("The face is turned away. Look straight at the camera and take it again."),
    "photo.not_an_image": _("This file is not a JPEG or PNG picture."),
    "photo.too_large": _("The picture is too large. Choose one under 8 MB."),
    "photo.too_small": _("The picture has too few pixels. Choose a larger one."),
    "photo.busy": _("The recognition service is busy. Your picture was not saved; please try again in a moment."),
    "photo.different_people": _("The two photos do not seem to show the same person. Take the portrait again."),
    "photo.same_picture": _("Both photos are the same picture. Take a portrait of your own now."),
    "photo.locked": _(
        "This photo is in use: your study was recognised by it, so you cannot change it yourself. If it no longer looks"
        " like you, ask your institution to send it back to you."
    ),
}


@dataclass(frozen=True)
class Measured:
    """What a face worker measured on one still; sizes in pixels of the picture as examined, `turn` as in `motion`."""

    engine: str
    faces: int
    width: int = 0
    height: int = 0
    face_px: float = 0.0
    sharpness: float = 0.0
    brightness: float = 0.0
    turn: float = 0.0
    glare: float = 0.0  # share of burnt-out points around the eyes
    fingerprint: str = ""
    thumb: str = ""  # base64 of a small JPEG
    vectors: list[list[float]] = field(default_factory=list)
    edition: str = ""  # `Edition.mark`: vectors of two editions are never compared


@dataclass(frozen=True)
class Check:
    """One line of feedback; `code` names the sentence when it failed."""

    name: str
    passed: bool
    code: str = ""


def checks_of(kind: str, seen: Measured, rules: ProctoringRules) -> list[Check]:
    """The checks in the order a person can act on them; the later ones need a face and are left out without one."""
    if seen.faces != 1:
        return [Check("face", False, "photo.no_face" if seen.faces == 0 else "photo.two_faces")]
    least = rules.id_face_px if kind == ID_PHOTO else rules.portrait_face_px
    light = "photo.dark" if seen.brightness < rules.too_dark else "photo.bright"
    return [
        Check("face", True),
        Check("size", seen.face_px >= least, "photo.small"),
        Check("sharp", seen.sharpness >= rules.sharpness, "photo.blurred"),
        Check("light", rules.too_dark <= seen.brightness <= rules.too_bright, light),
        Check("straight", abs(seen.turn) <= rules.still_turn, "photo.turned"),
        Check("eyes", seen.glare <= rules.glare, "photo.glare"),
    ]


def first_fault(checks: list[Check]) -> str:
    """The code to show, `photo.ok` if nothing is wrong."""
    return next((check.code for check in checks if not check.passed), "photo.ok")


def as_json(checks: list[Check]) -> list[dict[str, Any]]:
    """For the page that shows the ticks."""
    return [asdict(check) for check in checks]
