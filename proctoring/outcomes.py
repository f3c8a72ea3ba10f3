"""Every code the camera can answer with, and its sentence: what happened, then what to do.

Codes are part of the protocol; the browser looks its texts up here too (through `_camera_room.html`).
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

PASSED = "liveness.passed"


@dataclass(frozen=True)
class Sighting:
    """What the face worker made of a frame. `outcome` is a `Snapshot.Outcome`, or a liveness code."""

    outcome: str
    engine: str = ""
    distance: float | None = None
    fingerprint: str = ""
    action: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    closest: float | None = None  # to the nearest single reference photo; tells a replayed one
    evidence: dict[str, Any] = field(default_factory=dict)  # what is kept beside the picture (see noticing.keep)


@dataclass(frozen=True)
class Sentence:
    """`title` may name the action as {action}; `advice` says what to do, and within how many {seconds}."""

    title: Any
    advice: Any


ACTION_NAMES = {
    "left": _("Turn your head left"),
    "right": _("Turn your head right"),
    "mouth": _("Open your mouth"),
    "blink": _("Blink"),
    "nod": _("Nod"),
}
ACTION_PROMPTS = {
    "left": Sentence(_("Please turn your head left"), _("Turn slowly, all the way, then turn back")),
    "right": Sentence(_("Please turn your head right"), _("Turn slowly, all the way, then turn back")),
    "mouth": Sentence(_("Please open your mouth"), _("Open it slowly and wide, then close it")),
    "blink": Sentence(_("Please blink"), _("Close your eyes, then open them again")),
    "nod": Sentence(_("Please nod"), _("Lower your head slowly, then raise it again")),
}
SENTENCES = {
    "liveness.too_slow": Sentence(
        _("{action}: it took too long"), _("Begin as soon as you hear the prompt and finish within {seconds} seconds.")
    ),
    "liveness.too_fast": Sentence(
        _("{action}: it was too fast"), _("Move slowly and in one go within {seconds} seconds, without stopping.")
    ),
    "liveness.uneven": Sentence(
        _("{action}: the speed was not even"),
        _("Move slowly and in one go within {seconds} seconds, without stopping."),
    ),
    "liveness.not_seen": Sentence(
        _("{action}: we did not see it"), _("Look at the prompt, then do that action clearly within {seconds} seconds.")
    ),
    "liveness.not_enough": Sentence(
        _("{action}: not far enough"), _("Make the movement a little larger and finish it within {seconds} seconds.")
    ),
    "liveness.wrong_action": Sentence(
        _("{action}: we saw another action"),
        _("Do only the action you are prompted for. Left and right are as in a mirror."),
    ),
    "liveness.no_face": Sentence(
        _("Your face is not in the picture"),
        _("Bring your face into the frame, level with the camera, and keep it there."),
    ),
    "liveness.two_faces": Sentence(
        _("There is more than one face in the picture"),
        _("Ask people beside and behind you to step out of the picture."),
    ),
    "liveness.not_facing": Sentence(
        _("The face does not look at the camera"),
        _("Look straight at the camera and hold still until the first prompt."),
    ),
    "liveness.face_changed": Sentence(
        _("The face changed during the check"), _("Stay in the picture by yourself from beginning to end.")
    ),
    "liveness.not_the_person": Sentence(
        _("This does not look like the person in the profile"),
        _("Study must be done by yourself. If it is you, use better light, or take the profile photo again."),
    ),
    "liveness.print_suspected": Sentence(
        _("We could not see a living face"),
        _("Do not use a photo or a screen. Face the camera yourself, without reflections."),
    ),
    "liveness.hidden": Sentence(
        _("The window was in the background"),
        _("Keep this window in front of all others until the check has passed, then try again."),
    ),
    "liveness.few_frames": Sentence(
        _("The network is too slow, too few pictures arrived"),
        _("Pause downloads and videos, move closer to the router, then try again."),
    ),
    "liveness.busy": Sentence(
        _("The recognition service is busy"), _("Nothing is lost. Please try again in a moment.")
    ),
    "liveness.too_many": Sentence(
        _("No attempts left today"),
        _("Please try again tomorrow, or study at your institution, where a teacher checks your identity."),
    ),
    "camera.denied": Sentence(
        _("The browser does not allow the camera"), _("Allow it at the left of the address bar, then continue.")
    ),
    "camera.missing": Sentence(_("No camera was found"), _("Plug the camera in again, then continue.")),
    "camera.in_use": Sentence(_("Another program is using the camera"), _("Close the other program, then continue.")),
    "camera.insecure": Sentence(_("The camera only works over a secure connection"), ""),
    "camera.unsupported": Sentence(_("This browser cannot use the camera"), ""),
    "camera.lost": Sentence(_("The camera was disconnected"), _("Plug the camera in again, then continue.")),
    "camera.no_face": Sentence(
        _("You are not in the picture"),
        _("Come back in front of the camera, then continue. Time in between does not count."),
    ),
    "camera.two_faces": Sentence(
        _("There is more than one face in the picture"), _("Please study alone, then recognise your face again.")
    ),
    "camera.mismatch": Sentence(
        _("We could not confirm that it is you"), _("Please recognise your face again. Time until then does not count.")
    ),
    "camera.no_answer": Sentence(_("No camera picture arrived"), _("Check the camera and the network, then continue.")),
    "camera.timeout": Sentence(
        _("It is time to recognise your face again"),
        _("Please recognise your face again. Time until then does not count."),
    ),
    "camera.preparing": Sentence(
        _("Your photos are being prepared"),
        _("The face recognition was renewed. Please try again in half a minute; you need not do anything else."),
    ),
    "camera.doubtful": Sentence(
        _("We are not sure that it is you"),
        _("Face the camera in good light and recognise your face again. Time until then does not count."),
    ),
    "camera.still": Sentence(
        _("Nothing has moved in the picture for a long time"),
        _("Recognise your face again to show that you are there. Time until then does not count."),
    ),
    "camera.new_device": Sentence(
        _("The page was opened in another browser"),
        _("Recognise your face there once, then continue. Time until then does not count."),
    ),
    "camera.attestation_over": Sentence(
        _("Your time in the classroom is over"),
        _("A teacher has noted the end, or it has run out. Ask a teacher to check your identity again to go on."),
    ),
    "camera.closed": Sentence(_("The camera session has ended"), _("Open the study room again.")),
    "camera.abuse": Sentence(_("The camera connection was closed"), _("Reload the page and try again.")),
    "camera.offline": Sentence(_("The connection is lost"), _("We are reconnecting. What has been counted is safe.")),
}


def advice(code: str, seconds: str) -> str:
    """The other half: what to do. `seconds`: how long an action may take."""
    return str(SENTENCES[code].advice).replace("{seconds}", seconds)


def title(code: str, action: str = "") -> str:
    """The short half: what happened."""
    return str(SENTENCES[code].title).replace("{action}", str(ACTION_NAMES.get(action, "")))
