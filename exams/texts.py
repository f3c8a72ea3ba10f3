"""The sentences of the paper page that JavaScript fills in; `{n}` and `{time}` are filled in the browser."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def paper_texts() -> dict[str, str]:
    """Keys are read by exams/static/exams/*.js."""
    return {
        "saved": _("Question {n} saved, {time}"),
        "savedBefore": _("Question {n} is saved"),
        "saving": _("Question {n} is being saved"),
        "waiting": _("Question {n} is waiting; it is sent when the network is back"),
        "elsewhere": _("Question {n} was answered in another window; this is the saved answer"),
        "refused": _("Question {n} could not be saved; please choose again"),
        "open": _("Question {n} is not answered yet"),
        "labelSaved": _("Question {n}, saved"),
        "labelWaiting": _("Question {n}, waiting to be saved"),
        "labelOpen": _("Question {n}, not answered"),
        "labelFlagged": pgettext("after a question's state", ", marked"),
        "tally": _("{done} answered, {left} to go"),
        "flag": _("Mark for later"),
        "unflag": _("Remove the mark"),
        "oneWaiting": _(
            "Question {n} has not reached the server yet and is sent by itself. "
            "Please do not close the page; the time keeps running."
        ),
        "someWaiting": _(
            "{n} answers have not reached the server yet and are sent by themselves. "
            "Please do not close the page; the time keeps running."
        ),
        "noneWaiting": _(
            "Everything is saved so far. New answers are kept here and sent by themselves; the time keeps running."
        ),
        "offline": _("The network is down, connecting again…"),
        "signedOut": _("You are no longer signed in here"),
        "signedOutWhat": _(
            "Your answers are kept on this computer. Sign in again in another tab, then press “Try again now”."
        ),
        "minutesLeft": _("{n} minutes left"),
        "minuteLeft": _("One minute left"),
        "timeUp": _("Time is up, the paper is being handed in"),
        "timeUpOffline": _(
            "Time is up. The server hands in what it has saved; the result appears when the network is back."
        ),
        "allAnswered": _("All {n} questions are answered."),
        "oneUnanswered": _("One question is not answered. It is handed in empty."),
        "someUnanswered": _("{n} questions are not answered. They are handed in empty."),
        "faceSeen": _("You are in the picture"),
        "faceUnseen": _("You are not recognised"),
        "faceConnecting": _("The camera is connecting"),
        "faceNote": _(
            "You can go on answering; nothing is lost and the time keeps running. Time without your face is noted, and "
            "a person looks at it before the result counts."
        ),
        "faceReplaced": _("The exam was opened in another window"),
        "faceReplacedNote": _("Go on there, or load this page again to go on here."),
        "faceResume": _("I am back"),
        "faceCheck": _("Recognise my face again"),
        "faceReload": _("Go on here"),
        "handInWaits": _("{n} answers are still on their way. You can hand in once they are saved."),
    }
