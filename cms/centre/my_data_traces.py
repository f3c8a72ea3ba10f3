"""A copy of one's data: what pages of the study room reported, and answers to questions on the lessons."""

from django.utils.translation import gettext as _

from cms.centre.my_data_parts import Part, provides
from learning.models import PresenceCheck, StudyTrace
from tenants.accounts.models import User


@provides()
def traces(user: User) -> Part:
    labels = {
        "where": _("Institution"), "lesson": _("Lesson"), "began": _("Sitting began"),
        "reported": _("Reported (seconds)"),
        "moves": _("Movements of the mouse"), "presses": _("Presses and keys"), "hidden": _("Out of sight (seconds)"),
        "blurred": _("Another window in front (seconds)"), "marks": _("Marks of the browser"),
        "beats": _("Messages measured"), "rhythm": _("Their deviation (milliseconds)"),
    }  # fmt: skip
    rows = StudyTrace.objects.filter(session__user=user).order_by("-session__started_at")
    rows = rows.select_related("institution", "session__lesson")
    return Part.of("traces", _("Movements and presses while studying (counts only)"), labels, (
        (row.institution.name, row.session.lesson.title, row.session.started_at, row.reported_s, row.moves, row.presses,
         row.hidden_s, row.blurred_s, ", ".join(row.marks), row.beats, row.rhythm_ms)
        for row in rows
    ))  # fmt: skip


@provides()
def answers(user: User) -> Part:
    labels = {
        "where": _("Institution"), "lesson": _("Lesson"), "answered": _("Answered"), "right": _("Right"),
        "in_time": _("In time"),
    }  # fmt: skip
    rows = PresenceCheck.objects.filter(session__user=user).order_by("-answered_at")
    rows = rows.select_related("institution", "session__lesson")
    return Part.of("lesson_questions", _("Questions on the lesson"), labels, (
        (row.institution.name, row.session.lesson.title, row.answered_at, row.right, row.in_time)
        for row in rows
    ))  # fmt: skip
