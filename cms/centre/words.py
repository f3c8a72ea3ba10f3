"""The sentences of steps, reasons and states: what happened, what is safe, what to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cms.centre.rules import TimelineStep
from cms.durations import length
from cms.pause_words import gap_words
from learning.models import Enrolment, Origin
from learning.queries import Progress


@dataclass(frozen=True)
class Words:
    """A step as the page says it; `button` is empty where there is nothing to press."""

    title: str
    why: str
    button: str = ""


STEP_WORDS = {
    "withdrawn": (
        gettext_lazy("This enrolment was withdrawn"),
        gettext_lazy("If that is a mistake, please call the institution."),
        "",
    ),
    "taken_back": (
        gettext_lazy("You have taken this application back"),
        gettext_lazy("You may apply again at any time, as long as enrolment is open."),
        gettext_lazy("Apply again"),
    ),
    "refused": (
        gettext_lazy("The institution did not take your application"),
        gettext_lazy("The reason stands below. When it is settled you may apply again."),
        gettext_lazy("Apply again"),
    ),
    "wait_application": (
        gettext_lazy("The institution is checking your application"),
        gettext_lazy("You need do nothing now. When ID card and post certificate are checked you can pay the fee."),
        gettext_lazy("See the application"),
    ),
    "institution_paused": (
        gettext_lazy("This institution has paused its training"),
        gettext_lazy("Everything counted so far is kept. You go on here when the association lets it resume."),
        "",
    ),
    "institution_closed": (
        gettext_lazy("This institution has ended its training"),
        gettext_lazy("What you have earned stays on record. The association tells you how to go on elsewhere."),
        "",
    ),
    "wait_admission": (
        gettext_lazy("The institution is checking your documents"),
        gettext_lazy("You need do nothing now. When ID card and post certificate are checked you can pay the fee."),
        "",
    ),
    "pay": (
        gettext_lazy("Pay the fee at the institution"),
        gettext_lazy("Training and textbook fee together are %(fee)s yuan. You can study as soon as it is paid."),
        "",
    ),
    "profile": (
        gettext_lazy("Complete your profile"),
        gettext_lazy("Still missing: %(missing)s. It takes about three minutes, then you can study."),
        gettext_lazy("Complete the profile"),
    ),
    "profile_again": (
        gettext_lazy("Please take your photos again"),
        gettext_lazy("The institution could not confirm them. The profile says why."),
        gettext_lazy("Complete the profile"),
    ),
    "wait_profile": (
        gettext_lazy("The institution is confirming your photos"),
        gettext_lazy(
            "Both photos show the same person. A teacher compares them with your ID card; then you can study."
        ),
        "",
    ),
    "start_study": (
        gettext_lazy("Start with lesson %(order)s: %(lesson)s"),
        gettext_lazy("After the face check the lesson starts by itself. Every second you watch is kept."),
        gettext_lazy("Start studying"),
    ),
    "study": (
        gettext_lazy("Go on with lesson %(order)s: %(lesson)s"),
        gettext_lazy("You stopped at %(at)s and go on from there. Another %(left)s complete this lesson."),
        gettext_lazy("Continue studying"),
    ),
    "study_again": (
        gettext_lazy("Your hours were cleared. Please study them again"),
        gettext_lazy("Your exam result is kept. The SMS and the study record say what was cleared."),
        gettext_lazy("Study again"),
    ),
    "exam": (
        gettext_lazy("Take the online exam"),
        gettext_lazy("Your hours are complete. If you do not pass you may try again; your hours are not affected."),
        gettext_lazy("To the exam"),
    ),
    "resume_exam": (
        gettext_lazy("Go on with your exam"),
        gettext_lazy("A paper is open and its time is running. Saved answers are kept."),
        gettext_lazy("Continue the exam"),
    ),
    "wait_exam": (
        gettext_lazy("A reviewer looks at your exam"),
        gettext_lazy("You have enough points. The association looks at the camera's evidence before they count."),
        gettext_lazy("See the exam"),
    ),
    "wait_review": (
        gettext_lazy("The association is reviewing your hours"),
        gettext_lazy("Hours complete, exam passed. The review takes a few working days; the result comes by SMS."),
        "",
    ),
    "print": (
        gettext_lazy("Print your certificate of hours"),
        gettext_lazy("Hours and exam have both passed. When the register has recorded the hours you can renew."),
        gettext_lazy("Print the certificate"),
    ),
    "renew": (
        gettext_lazy("Renew your certificate on the province-wide portal"),
        gettext_lazy(
            "Your hours are recorded. Renewal issues the electronic certificate; the post certificate becomes void."
        ),
        gettext_lazy("Renew the certificate"),
    ),
    "done": (
        gettext_lazy("All done. Your electronic certificate is ready"),
        gettext_lazy("View, download and print it as often as you like."),
        gettext_lazy("View certificates"),
    ),
}

MISSING_WORDS = {
    "consent": gettext_lazy("your decision about face data"),
    "id_photo": gettext_lazy("photo of the ID card"),
    "portrait": gettext_lazy("portrait"),
    "match": gettext_lazy("both photos of the same person"),
    "confirmation": gettext_lazy("confirmation by the institution"),
}

TIMELINE_WORDS = {
    "enrol": gettext_lazy("Enrol and pay"),
    "profile": gettext_lazy("Sign in and complete the profile"),
    "study": gettext_lazy("Online study"),
    "exam": gettext_lazy("Online exam"),
    "review": gettext_lazy("Hours review"),
    "certificate": gettext_lazy("Print the certificate of hours, renew the certificate"),
}


def step_words(code: str, values: dict[str, Any]) -> Words:
    title, why, button = STEP_WORDS[code]
    return Words(str(title) % values, str(why) % values, str(button))


def missing_words(missing: list[str]) -> str:
    return _(", ").join(str(MISSING_WORDS[step]) for step in missing if step != "match" or len(missing) == 1)


def pauses(code: str, count: int, seconds: int) -> str:
    """How often a reason held time back in a lesson, and for how long altogether."""
    values = {"why": gap_words(code)[0], "n": count, "time": length(seconds)}
    if not seconds:
        return ngettext("%(why)s: once", "%(why)s: %(n)s times", count) % values
    return ngettext("%(why)s: once, %(time)s", "%(why)s: %(n)s times, %(time)s", count) % values


def timeline_title(code: str) -> str:
    return str(TIMELINE_WORDS[code])


def timeline_note(step: TimelineStep, enrolment: Enrolment, progress: Progress) -> str:
    """The small line under a step: what happened, or what will."""
    if step.code == "enrol":
        return " → ".join(_enrolling(enrolment))
    if step.code == "profile":
        done = _("ID card and portrait are confirmed")
        return done if step.state == "done" else _("Photo of the ID card and portrait, confirmed by the institution")
    if step.code == "study":
        if enrolment.hours_completed_at and step.state == "done":
            return _("Completed on %(day)s") % {"day": _day(enrolment.hours_completed_at)}
        left = len(progress.lessons) - progress.lessons_done
        return _("%(done)s lessons studied, %(left)s to go.") % {"done": progress.lessons_done, "left": left}
    if step.code == "exam":
        return _passed_on(enrolment.exam_passed_at) or _("Opens when the hours are complete; you may try again")
    if step.code == "review":
        return _passed_on(enrolment.hours_approved_at) or _(
            "By the association when the hours are complete; result by SMS"
        )
    if enrolment.hours_recorded_at:
        return _("Hours recorded on %(day)s") % {"day": _day(enrolment.hours_recorded_at)}
    if enrolment.certified_at:
        return _("Certificate of hours since %(day)s") % {"day": _day(enrolment.certified_at)}
    return _("When review and exam have passed; renewal on the province-wide portal")


def _enrolling(enrolment: Enrolment) -> list[str]:
    """What happened until the admission, each with its day."""
    steps = [
        (_("%(day)s applied") if enrolment.origin == Origin.TRAINEE else _("%(day)s enrolled"), enrolment.created_at),
        (_("%(day)s papers seen"), enrolment.seen_at),
        (_("%(day)s payment noted"), enrolment.paid_at),
    ]
    return [words % {"day": _day(moment)} for words, moment in steps if moment]


def _passed_on(moment: datetime | None) -> str:
    return _("Passed on %(day)s") % {"day": _day(moment)} if moment else ""


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "MONTH_DAY_FORMAT")
