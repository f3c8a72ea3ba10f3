"""The texts the camera's JavaScript shows, from the one list of codes."""

from typing import Any

from django import template
from django.utils.timezone import now
from django.utils.translation import gettext as _

from proctoring import stills
from proctoring.limits import rules_of
from proctoring.outcomes import ACTION_NAMES, ACTION_PROMPTS, SENTENCES, advice

register = template.Library()


@register.simple_tag(takes_context=True)
def action_seconds(context: dict[str, Any]) -> str:
    """How long an action may take this person, as a sentence says it: 3, or 7.5 with longer limits."""
    request = context["request"]
    return f"{rules_of(request.user, request.tenant, at=now()).action_s:g}"


@register.simple_tag
def camera_texts(seconds: str) -> dict[str, Any]:
    """For `json_script`: actions, codes and the words of the room itself."""
    return {
        "actions": {
            action: {"name": str(ACTION_NAMES[action]), "prompt": str(words.title), "advice": str(words.advice)}
            for action, words in ACTION_PROMPTS.items()
        },
        "codes": {code: {"title": str(s.title), "advice": advice(code, seconds)} for code, s in SENTENCES.items()},
        "ui": {
            "count": _("Action {n} of {all}"),
            "seconds": _("{n} seconds left"),
            "good": _("Good"),
            "back": _("Look straight at the camera again"),
            "place": _("People before you: {n}. Please wait, it is your turn soon."),
            "wait": _(" It takes about {n} seconds."),
            "connecting": _("Connecting to the recognition service"),
            "look": _("Look straight at the camera"),
            "passed": _("Recognised"),
            "left": _(" You can try {n} more times today."),
            "dot_done": _("Done"),
            "dot_now": _("In progress"),
            "dot_next": _("Next action"),
            "face": {
                "ok": _("We can see your face"),
                "no_face": _("We cannot see your face"),
                "two_faces": _("There is more than one face"),
                "turned": _("Please look straight at the camera"),
                "far": _("Please come closer"),
                "close": _("Please move back a little"),
                "aside": _("Please move to the middle of the oval"),
                "dark": _("It is too dark, turn to the light"),
                "bright": _("It is too bright, turn away from the light"),
                "late": _("The network is slow"),
                "stopped": _("Stopped"),
            },
        },
    }


@register.simple_tag
def photo_texts() -> dict[str, Any]:
    """For `json_script`: what photo.js says."""
    return {
        "checking": _("Checking the picture"),
        "offline": _("No connection. The picture was not saved; please try again."),
        "aim": _("Put the picture inside the line and hold still"),
        "aimed": _("Good. Hold still and take the picture"),
        "use_file": _(". You can also choose a file."),
        "messages": {code: str(text) for code, text in stills.SENTENCES.items()},
        "codes": {code: str(s.title) for code, s in SENTENCES.items() if code.startswith("camera.")},
        "passed": {
            "face": _("One face"),
            "size": _("Large enough"),
            "sharp": _("Sharp"),
            "light": _("Good light"),
            "straight": _("Looking straight ahead"),
            "eyes": _("Eyes without reflections"),
        },
    }
