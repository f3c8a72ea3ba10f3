"""Every kind of incident: its stable code, how grave it is, what it means and what a reviewer should look at.

An incident is evidence for a person's eye. None clears hours; the passive ones (`passive=True`) do not even stop
anything on the spot: honest people have odd cameras.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """The codes. They are stored and reported: never renamed, never used again for something else."""

    NOT_THE_PERSON = "not_the_person", _("Somebody else in front of the camera")
    FACE_CHANGED = "face_changed", _("The face changed during the check")
    PRINT = "print", _("Moves like a print")
    TOO_PERFECT = "too_perfect", _("Same picture as the reference")
    REPEATED_FRAME = "repeated_frame", _("The same picture twice")
    NEAR_DUPLICATE = "near_duplicate", _("An earlier picture again, altered")
    LOOPED_FRAMES = "looped_frames", _("A clip that plays again and again")
    FROZEN_BACKGROUND = "frozen_background", _("The picture behind the face stands still")
    ODD_TIMING = "odd_timing", _("Pictures come at the pace of a program")
    VIRTUAL_CAMERA = "virtual_camera", _("The camera is a program")
    UNLIKE_ID_PHOTO = "unlike_id_photo", _("Like the portrait, unlike the ID photo")
    ABUSE = "abuse", _("The camera connection was misused")


class Severity(StrEnum):
    """How much a reviewer should make of one."""

    GRAVE = "grave"  # hardly ever innocent
    DOUBT = "doubt"  # look at the pictures before deciding
    HINT = "hint"  # says little alone


SEVERITIES = {Severity.GRAVE: _("grave"), Severity.DOUBT: _("to look at"), Severity.HINT: _("hint")}


@dataclass(frozen=True)
class Meaning:
    """`explanation` says what was measured, and what innocent reasons there are; `look` where to look."""

    severity: Severity
    explanation: Any
    look: Any
    passive: bool = False


MEANINGS: dict[str, Meaning] = {
    Kind.NOT_THE_PERSON: Meaning(
        Severity.GRAVE,
        _("The face is farther from the confirmed photos than the limit. Bad light or a new haircut may do it."),
        _("Compare the picture with the ID photo."),
    ),
    Kind.FACE_CHANGED: Meaning(
        Severity.GRAVE,
        _("Between two actions of one check the face was another one, or jumped across the picture."),
        _("Compare the check's picture with the snapshots before and after it."),
    ),
    Kind.PRINT: Meaning(
        Severity.GRAVE,
        _("Eyes and mouth were squeezed together as on a tilted sheet of paper."),
        _("Look for edges, reflections and a flat face."),
    ),
    Kind.TOO_PERFECT: Meaning(
        Severity.GRAVE,
        _("The face is nearer to a stored photo than two real pictures ever are: the photo itself was shown."),
        _("Put the picture beside the portrait: same pose, same light, same hair?"),
        passive=True,
    ),
    Kind.REPEATED_FRAME: Meaning(
        Severity.GRAVE,
        _("This very exposure was sent before, or is a stored photo. A camera never takes the same picture twice."),
        _("Compare with the earlier picture named beside it."),
        passive=True,
    ),
    Kind.NEAR_DUPLICATE: Meaning(
        Severity.DOUBT,
        _("Frame and face agree with an earlier picture more closely than two moments do; noise may have been added."),
        _("Compare with the earlier picture named beside it."),
        passive=True,
    ),
    Kind.LOOPED_FRAMES: Meaning(
        Severity.DOUBT,
        _("Pictures of the check came again, exactly, after others in between: a recording in a loop."),
        _("Look at the curves of the check: do stretches of it repeat?"),
        passive=True,
    ),
    Kind.FROZEN_BACKGROUND: Meaning(
        Severity.HINT,
        _("Behind the face not a single point changed. Programs that replace the background do that too."),
        _("Look whether the edge of the head is cut out."),
        passive=True,
    ),
    Kind.ODD_TIMING: Meaning(
        Severity.HINT,
        _("The times between pictures are more even than a camera's, or most pictures are the one before."),
        _("Look at the camera's name and at the other hints."),
        passive=True,
    ),
    Kind.VIRTUAL_CAMERA: Meaning(
        Severity.HINT,
        _("The browser named a camera that is a program (OBS, a phone's app, …). Some offices use them honestly."),
        _("Look at the pictures for a replayed recording."),
        passive=True,
    ),
    Kind.UNLIKE_ID_PHOTO: Meaning(
        Severity.DOUBT,
        _("The face fits the portrait but not the photo on the ID card. Old card photos do that, and so do doubles."),
        _("Compare ID photo, portrait and snapshot side by side."),
        passive=True,
    ),
    Kind.ABUSE: Meaning(
        Severity.DOUBT,
        _("Messages that no page of ours sends, many times. The connection was closed."),
        _("Look at the hints about the browser."),
    ),
}
PASSIVE = frozenset(str(kind) for kind, meaning in MEANINGS.items() if meaning.passive)

HINTS = frozenset(str(kind) for kind, meaning in MEANINGS.items() if meaning.severity == Severity.HINT)


def meaning_of(kind: str) -> Meaning | None:
    """None for a code of a later version."""
    return MEANINGS.get(kind)
